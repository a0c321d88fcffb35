import type { GraphQLFieldResolver } from 'graphql'
import type { PrepareAccount } from '../accounts/sign-up.js'
import type { Source } from '../audit/record.js'
import { AuthError } from '../base/errors.js'
import type { TokenLocation } from '../base/identity.js'
import type { AuthContext } from '../context/index.js'
import type { Attempts } from '../limits/attempts.js'
import type { AccountChanges } from '../sessions/account-changes.js'
import type { UserAdministration } from '../sessions/administer-users.js'
import type { Actor, Issued } from '../sessions/issued.js'
import type { JudgeToken } from '../sessions/judge-token.js'
import type { Reauthenticate } from '../sessions/reauthenticate.js'
import type { SessionRevocation } from '../sessions/revoke-sessions.js'
import type { TokenRevocation } from '../sessions/revoke-token.js'
import type { Rotate } from '../sessions/rotate.js'
import type { SessionStarter } from '../sessions/start.js'
import type { SessionWatch } from '../sessions/watch-sessions.js'
import type { SessionRecord, Store } from '../store/contract.js'
import type { CheckByHost } from '../tokens/host-checks.js'
import type { Verifier } from '../tokens/verify.js'

/** The services that resolvers call. */
export interface Services {
  readonly store: Store
  readonly verifier: Verifier
  readonly judgeToken: JudgeToken
  /** The host's own checks of a verified token. */
  readonly checkByHost?: CheckByHost
  readonly prepareAccount: PrepareAccount
  readonly attempts: Attempts
  readonly starter: SessionStarter
  readonly rotate: Rotate
  readonly reauthenticate: Reauthenticate
  readonly accountChanges: AccountChanges
  readonly sessionRevocation: SessionRevocation
  readonly sessionWatch: SessionWatch
  readonly tokenRevocation: TokenRevocation
  readonly userAdministration: UserAdministration
  /** Whether the claims of a verified token count as fresh now, as `@fresh` decides. */
  readonly isFresh: (claims: Readonly<Record<string, unknown>>) => boolean
}

/** The context of the server's resolvers. */
export interface ServerContext extends AuthContext<unknown, SessionRecord> {
  /** Where the request comes from. */
  client(): Source
  /** The cookies of the response. Null when it can have none. */
  cookies(): TokenCookies | null
  /**
   * Set when the response has tokens, so that it carries no successor of an older token, which a client would take for
   * the newest.
   */
  answersTokens?: boolean
}

/** Delivers tokens to a browser, beside the response's body. */
export interface TokenCookies {
  /** Whether a page of another origin, which is not allowed to, sent the request. */
  readonly isForeign: boolean
  /** Writes the cookies. The function that it returns sets them. Throws when one is too large for a browser. */
  prepare(
    tokens: Pick<Issued, 'session' | 'access' | 'refresh'>,
    how?: { readonly isLogin: boolean },
  ): () => void
  /** Deletes all cookies. */
  clear(): void
  /** Deletes the cookies after a refusal, unless another response replaced them meanwhile, or the request had none. */
  takeBack(): void
}

export type Resolver<Args = Record<string, never>, Parent = unknown> = GraphQLFieldResolver<
  Parent,
  ServerContext,
  Args
>

/** The bearer, for a change of their own. The guard admits them; this check is for callers without the guard. */
export function requireActor(context: ServerContext): Actor {
  const { identity } = context
  if (identity.kind !== 'active') throw new AuthError(identity.code)
  return {
    kind: 'bearer',
    userId: identity.subject,
    jti: identity.tokenId,
    sessionId: identity.sessionId,
    client: context.client(),
  }
}

/** Where the bearer's token was found. Null without a token. */
export function locationOf({ identity }: ServerContext): TokenLocation | null {
  return identity.kind === 'anonymous' ? null : identity.location
}
