import type { Issued } from '../sessions/issued.js'
import type { ServerContext } from './services.js'

/** `AuthPayload`, of what a credential operation issued. */
export function toAuthPayload(context: ServerContext, { user, session, access, refresh }: Issued) {
  context.answersTokens = true
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
