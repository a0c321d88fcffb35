import type { SessionRecord, UserRecord } from '../store/contract.js'
import type { Issuer } from '../tokens/issue.js'
import type { SignedToken } from './issued.js'

export type HostClaims = Readonly<Record<string, unknown>>

/** Claims of the host's own, for every access token of this user. May not set one of ours. */
export type ClaimsLoader = (user: UserRecord) => HostClaims | Promise<HostClaims>

/** Signs what a session's row says: asked again, the same ids and times under today's key, roles and claims. */
export interface SessionSigner {
  /** The host's claims. Asked before anything is written, so that a loader that fails leaves nothing behind. */
  loadClaims(user: UserRecord): Promise<HostClaims>
  signAccess(
    user: UserRecord,
    session: SessionRecord,
    token: { fresh: boolean; claims: HostClaims },
  ): SignedToken
  signRefresh(user: UserRecord, session: SessionRecord): SignedToken
  /** An access token beside the session's pair. `session` null: it belongs to none. */
  signExtraAccess(user: UserRecord, session: SessionRecord | null, token: ExtraAccess): SignedToken
}

export interface ExtraAccess {
  readonly jti: string
  readonly issuedAt: Date
  readonly expiresAt: Date | null
  readonly fresh: boolean
  readonly authTime: Date
  readonly claims: HostClaims
}

export function createSessionSigner(parts: { issuer: Issuer; claims?: ClaimsLoader }): SessionSigner {
  const { issuer, claims } = parts

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
      sessionId: session?.id,
      csrf: session?.csrf,
      claims: token.claims,
    })
    return { token: signed, jti: token.jti, expiresAt: token.expiresAt }
  }

  return {
    loadClaims: async (user) => (await claims?.(user)) ?? {},

    signExtraAccess,

    signAccess: (user, session, { fresh, claims }) =>
      signExtraAccess(user, session, {
        jti: session.accessJti,
        issuedAt: session.issuedAt,
        expiresAt: session.accessExpiresAt,
        authTime: session.authTime,
        fresh,
        claims,
      }),

    signRefresh(user, session) {
      const signed = issuer.issue({
        type: 'refresh',
        subject: user.id,
        jti: session.refreshJti,
        issuedAt: session.issuedAt,
        expiresAt: session.refreshExpiresAt,
        fresh: false,
        sessionId: session.id,
        csrf: session.csrf,
      })
      return { token: signed, jti: session.refreshJti, expiresAt: session.refreshExpiresAt }
    },
  }
}
