import { type TokenUser, toPublicUser } from '../accounts/public-user.js'
import type { SessionRecord, UserRecord } from '../store/contract.js'
import type { IssueInput, Issuer } from '../tokens/issue.js'
import { readJsonObject } from '../tokens/json-object.js'
import type { SignedToken } from './issued.js'
import { refreshClaims } from './pair.js'

export type HostClaims = Readonly<Record<string, unknown>>

/** The host's claims for every access token of this user. They can't replace Sallyport's own. */
export type ClaimsLoader = (user: TokenUser) => HostClaims | Promise<HostClaims>

/** The host's header parameters for every token of this user. They can't replace Sallyport's own. */
export type HeadersLoader = (user: TokenUser) => HostHeaders | Promise<HostHeaders>

export type HostHeaders = Readonly<Record<string, unknown>>

/** The host's parts of a user's tokens. */
export interface HostParts {
  readonly claims: HostClaims
  readonly headers: HostHeaders
  /** The user's own key, if the host has one for each user. */
  readonly key: IssueInput['key']
}

/**
 * Signs the tokens of a session's row. Signing again gives the same ids and times, with the current key, roles and
 * claims.
 */
export interface SessionSigner {
  /**
   * Calls the host's hooks, before anything is written, so that a failure leaves nothing behind. `identity` is the user
   * as the host knows them.
   * @throws {TypeError} naming the path, for a value that JSON can't express.
   */
  prepare(user: UserRecord, identity?: object): Promise<HostParts>
  signAccess(
    user: UserRecord,
    session: SessionRecord,
    token: { fresh: boolean; host: HostParts },
  ): SignedToken
  signRefresh(session: SessionRecord, host: HostParts): SignedToken
  /** Signs an access token beside the session's pair. `session` is null for a token without one. */
  signExtraAccess(user: UserRecord, session: SessionRecord | null, token: ExtraAccess): SignedToken
}

export interface ExtraAccess {
  readonly jti: string
  readonly issuedAt: Date
  readonly expiresAt: Date | null
  readonly fresh: boolean
  readonly authTime: Date
  readonly host: HostParts
}

export function createSessionSigner(parts: {
  issuer: Issuer
  claims?: ClaimsLoader
  headers?: HeadersLoader
}): SessionSigner {
  const { issuer, claims, headers } = parts

  function signExtraAccess(user: UserRecord, session: SessionRecord | null, token: ExtraAccess): SignedToken {
    const signed = issuer.issue({
      type: 'access',
      subject: user.id,
      jti: token.jti,
      issuedAt: token.issuedAt,
      expiresAt: token.expiresAt,
      fresh: token.fresh,
      authTime: token.authTime,
      roles: user.roles,
      accountVersion: user.version,
      sessionId: session?.id,
      csrf: session?.csrf,
      ...token.host,
    })
    return { token: signed, jti: token.jti, expiresAt: token.expiresAt }
  }

  return {
    prepare: async (user, identity) => ({
      claims: readJsonObject('claims', (await claims?.(toTokenUser(user, identity))) ?? {}),
      headers: readJsonObject('headers', (await headers?.(toTokenUser(user, identity))) ?? {}),
      key: await issuer.keyFor(user.id),
    }),

    signExtraAccess,

    signAccess: (user, session, { fresh, host }) =>
      signExtraAccess(user, session, {
        jti: session.accessJti,
        issuedAt: session.issuedAt,
        expiresAt: session.accessExpiresAt,
        authTime: session.authTime,
        fresh,
        host,
      }),

    signRefresh(session, { headers, key }) {
      const signed = issuer.issue({ ...refreshClaims(session), headers, key })
      return { token: signed, jti: session.refreshJti, expiresAt: session.refreshExpiresAt }
    },
  }
}

/** `id` is the subject, even if the host's user has another `id`. */
function toTokenUser(user: UserRecord, identity: object | undefined): TokenUser {
  const own = toPublicUser(user)
  return { ...own, ...identity, id: own.id, roles: own.roles }
}
