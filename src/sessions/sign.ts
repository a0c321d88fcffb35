import { type TokenUser, toPublicUser } from '../accounts/public-user.js'
import type { SessionRecord, UserRecord } from '../store/contract.js'
import type { IssueInput, Issuer } from '../tokens/issue.js'
import { readJsonObject } from '../tokens/json-object.js'
import type { SignedToken } from './issued.js'
import { refreshClaims } from './pair.js'

export type HostClaims = Readonly<Record<string, unknown>>

/** Claims of the host's own, for every access token of this user. May not set one of ours. */
export type ClaimsLoader = (user: TokenUser) => HostClaims | Promise<HostClaims>

/** Further header parameters of the host's own, for every token of this user. May not set one of ours. */
export type HeadersLoader = (user: TokenUser) => HostHeaders | Promise<HostHeaders>

export type HostHeaders = Readonly<Record<string, unknown>>

/** What the host adds to a user's tokens. */
export interface HostParts {
  readonly claims: HostClaims
  readonly headers: HostHeaders
  /** The key of this user, where each has their own. */
  readonly key: IssueInput['key']
}

/** Signs what a session's row says: asked again, the same ids and times under today's key, roles and claims. */
export interface SessionSigner {
  /**
   * Asks the host's loaders. Before anything is written, so that one that fails leaves nothing behind. `identity`: the user as
   * the host knows them. Throws `TypeError`, naming the path, for what JSON does not keep.
   */
  prepare(user: UserRecord, identity?: object): Promise<HostParts>
  signAccess(
    user: UserRecord,
    session: SessionRecord,
    token: { fresh: boolean; host: HostParts },
  ): SignedToken
  signRefresh(session: SessionRecord, host: HostParts): SignedToken
  /** An access token beside the session's pair. `session` null: it belongs to none. */
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

/** `id` is the subject, whatever the host calls by that name. */
function toTokenUser(user: UserRecord, identity: object | undefined): TokenUser {
  const own = toPublicUser(user)
  return { ...own, ...identity, id: own.id, roles: own.roles }
}
