import type { Issued } from '../sessions/issued.js'

/** `AuthPayload`, of what a credential operation issued. */
export function toAuthPayload({ user, session, access, refresh }: Issued) {
  return {
    accessToken: access.token,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: refresh?.token ?? null,
    refreshTokenExpiresAt: refresh?.expiresAt ?? null,
    tokenType: 'Bearer',
    user,
    session: session && { ...session, current: true },
  }
}
