import { toPublicUser } from '../accounts/public-user.js'
import { AuthError } from '../base/errors.js'
import type { TokenLocation } from '../base/identity.js'
import type { Finish, Issued } from '../sessions/issued.js'
import type { ServerContext, TokenCookies } from './services.js'

/** How tokens go out. */
export type Delivery = 'BODY' | 'COOKIE'

/**
 * Makes `AuthPayload` of what a credential operation issues. Throws where the tokens cannot be delivered, before anything is
 * written; what it returns hands them out, once they are.
 */
export type Deliver = Finish<HandOut>

export type HandOut = () => object

/**
 * As the client asks for it. Throws, before anything is done, `BAD_USER_INPUT` where there can be no cookie, and
 * `CSRF_FAILED` for a page of another site: it would log its visitor in as somebody else.
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

/** As the token came that stood for the client: cookie in, cookie out. Throws `INVALID_REQUEST` where there can be none. */
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
