import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims, TokenType } from '../base/claims.js'
import type { Clock } from '../base/clock.js'
import { AuthError } from '../base/errors.js'
import type { ActiveIdentity, Identity } from '../base/identity.js'
import { JUDGE_ANEW, type JudgeAnew } from '../base/judge-anew.js'
import type { LocationConfig } from '../base/location-options.js'
import type { Logger } from '../base/logger.js'
import type { VerifyConfig } from '../base/options.js'
import type { CheckByHost } from '../tokens/host-checks.js'
import type { Verifier } from '../tokens/verify.js'
import { createClaimsDeriver } from './derive-claims.js'
import type { ReadGrants } from './grants.js'
import { createIdentifier, type Identified, type Identifier, type RevocationCheck } from './identify.js'
import { createLocator } from './locate-token.js'
import { type Located, NONE } from './located.js'
import type { RequestSource } from './read-header.js'

// A function under a symbol: it survives when a framework copies the context, and printing or serialising the context
// shows no token.
const PRESENTED: unique symbol = Symbol('presentedToken')
const GENUINE: unique symbol = Symbol('genuineToken')

/** The part of the GraphQL context that resolvers and the guard use. */
export interface AuthContext<TUser = unknown, TSession = unknown> {
  readonly identity: Identity
  /** The token's claims. Null unless `identity` is active. Deeply frozen. */
  readonly claims: Claims | null
  /**
   * Loads the bearer's account, at the first call. Null unless `identity` is active, and without a loader.
   * @throws {AuthError} `USER_NOT_FOUND` when the loader finds none.
   */
  user(): Promise<TUser | null>
  /**
   * Loads the bearer's session, at the first call. Null unless `identity` is active, and for a token without a session.
   */
  session(): Promise<TSession | null>
  /**
   * In a subscription of a guarded schema, for a client with a token: aborts when a request with the token would be
   * refused, and when the client stops listening, so that the source can stop waiting. The stream ends by itself.
   */
  readonly ended?: AbortSignal
  readonly [JUDGE_ANEW]?: JudgeAnew
  readonly [PRESENTED]?: (type: TokenType) => Located
  readonly [GENUINE]?: () => Identified['genuine']
}

/** Loads the record of an active token. Null when there is none. */
export type Load<T> = (identity: ActiveIdentity, claims: Claims) => Awaitable<T | null>

export interface ContextDependencies<TUser, TSession> {
  readonly verifier: Verifier
  readonly config: VerifyConfig
  readonly locations: LocationConfig
  readonly clock: Clock
  readonly revocation?: RevocationCheck
  readonly checkByHost?: CheckByHost
  readonly loadUser?: Load<TUser>
  readonly loadSession?: Load<TSession>
  readonly grants?: ReadGrants
  readonly verifyType?: boolean
  readonly skipRevocationCheck?: boolean
  readonly logger?: Logger
}

/** Builds the context of a request. Never throws or rejects. Returns a promise only when keys have to be fetched. */
export type BuildContext<TUser, TSession> = (source: RequestSource) => Awaitable<AuthContext<TUser, TSession>>

export function createContextBuilder<TUser = unknown, TSession = unknown>(
  dependencies: ContextDependencies<TUser, TSession>,
): BuildContext<TUser, TSession> {
  const { locations, loadUser, loadSession } = dependencies
  const locateRefresh = createLocator(locations, 'refresh')
  const { identify, findEnd } = createIdentifier({
    ...dependencies,
    locate: createLocator(locations, 'access'),
    deriveClaims: createClaimsDeriver(dependencies),
  })

  function build(identified: Identified, source: RequestSource): AuthContext<TUser, TSession> {
    const { identity, claims, presented, genuine } = identified
    return {
      identity,
      claims,
      user: once(async () => {
        if (identity.kind !== 'active' || claims === null || loadUser === undefined) return null
        const user = await loadUser(identity, claims)
        if (user === null || user === undefined) throw new AuthError('USER_NOT_FOUND')
        return user
      }),
      session: once(async () => {
        if (identity.kind !== 'active' || claims === null || loadSession === undefined) return null
        return (await loadSession(identity, claims)) ?? null
      }),
      [JUDGE_ANEW]: identity.kind === 'active' ? judgeAnewBy(findEnd, identified) : undefined,
      [PRESENTED]: (type) => (type === 'access' ? presented : locateRefresh(source)),
      [GENUINE]: () => genuine,
    }
  }

  return (source) => {
    const identified = identify(source)
    return isPromise(identified) ? identified.then((late) => build(late, source)) : build(identified, source)
  }
}

/** Returns the request's token of this type, verified or not; `malformed` when the place holds something else. */
export function presentedToken(context: AuthContext, type: TokenType = 'access'): Located {
  return context[PRESENTED]?.(type) ?? NONE
}

/** Returns the header and the claims of a genuine token, which may be expired or revoked. Grant nothing by them. */
export function genuineToken(context: Partial<AuthContext>): Identified['genuine'] {
  return context[GENUINE]?.() ?? null
}

/** A framework may make one context for a socket, whose operations outlive the token. */
function judgeAnewBy(findEnd: Identifier['findEnd'], identified: Identified): JudgeAnew {
  let hasBegun = false
  return (depth) => {
    if (depth !== 'operation') return findEnd(identified, depth === 'wholly')
    const isFirst = !hasBegun
    hasBegun = true
    return isFirst ? null : findEnd(identified, true)
  }
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return () => {
    loading ??= load()
    return loading
  }
}
