import { toPublicUser } from '../accounts/public-user.js'
import { AuthError } from '../base/errors.js'
import type { TokenLocation } from '../base/identity.js'
import type { Finish, Issued } from '../sessions/issued.js'
import type { ServerContext, TokenCookies } from './services.js'

/** How tokens are delivered. */
export type Delivery = 'BODY' | 'COOKIE'

/**
 * Makes the `AuthPayload` of issued tokens. Throws when the tokens can't be delivered, before anything is written. The
 * function that it returns delivers them afterwards.
 */
export type Deliver = Finish<HandOut>

export type HandOut = () => object

/**
 * The delivery that the client asks for.
 * @throws {AuthError} before anything is done: `BAD_USER_INPUT` when cookies are not possible; `CSRF_FAILED` for a page
 * of another site, which could log its visitor in as another user.
 */
export function chooseDelivery(context: ServerContext, delivery: Delivery): Deliver {
  if (delivery === 'BODY') return deliverInBody(context)
  const cookies = context.cookies()
  if (cookies === null) {
    throw new AuthError('BAD_USER_INPUT', {
      message: 'delivery: this server hands out no cookies.',
      details: { field: 'delivery' },
    })
  }
  if (cookies.isForeign) throw new AuthError('CSRF_FAILED')
  return deliverByCookie(context, cookies, { isLogin: true })
}

/**
 * The delivery in which the token came: in a cookie, or in the body.
 * @throws {AuthError} `INVALID_REQUEST` when cookies are not possible.
 */
export function followCarrier(context: ServerContext, location: TokenLocation | null): Deliver {
  if (location !== 'cookie') return deliverInBody(context)
  const cookies = context.cookies()
  if (cookies !== null) return deliverByCookie(context, cookies, { isLogin: false })
  throw new AuthError('INVALID_REQUEST', { message: 'A cookie came here, and none can be answered.' })
}

function deliverInBody(context: ServerContext): Deliver {
  return (issued) => {
    const payload = payloadOf(issued)
    return () => {
      context.answersTokens = true
      return payload
    }
  }
}

function deliverByCookie(
  context: ServerContext,
  cookies: TokenCookies,
  how: { readonly isLogin: boolean },
): Deliver {
  return (issued) => {
    const setCookies = cookies.prepare(issued, how)
    const csrfToken = issued.session?.csrf ?? null
    const payload = { ...payloadOf(issued), accessToken: null, refreshToken: null, csrfToken }
    return () => {
      context.answersTokens = true
      setCookies()
      return payload
    }
  }
}

function payloadOf({ user, session, access, refresh }: Issued) {
  return {
    accessToken: access.token,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: refresh?.token ?? null,
    refreshTokenExpiresAt: refresh?.expiresAt ?? null,
    tokenType: 'Bearer',
    user: toPublicUser(user),
    session: session && { ...session, current: true },
  }
}
