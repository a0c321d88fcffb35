import { ERRORS, isErrorCode } from '../base/errors.js'
import type { ServerContext } from '../graphql/services.js'

/** Of an active bearer: what a resolver found out about them. */
const OF_BEARER: ReadonlySet<string> = new Set(['USER_NOT_FOUND', 'TOKEN_REVOKED'])

/** Deletes the cookies of a request that was refused because of them, where nothing but a login helps. */
export function takeBackCookies(code: string | undefined, context: Partial<ServerContext>): void {
  const { identity } = context
  if (identity === undefined || !isErrorCode(code) || ERRORS[code].action !== 'login') return
  const isAboutCookies =
    identity.kind === 'active'
      ? identity.location === 'cookie' && OF_BEARER.has(code)
      : identity.code === code && (identity.kind === 'anonymous' || identity.location === 'cookie')
  if (isAboutCookies) context.cookies?.()?.takeBack()
}
