import type { Clock } from '../base/clock.js'

/** A token is refreshed this many seconds before it expires, or in the last tenth of its life, whichever is less. */
const REFRESH_AHEAD_SECONDS = 30

/** The tokens that a client has of its session. */
export interface ClientTokens {
  /** Null when it is in a cookie, or not fetched yet. */
  readonly accessToken: string | null
  /** Null when it is in a cookie, or the session has none. */
  readonly refreshToken: string | null
  /** The value sent with a cookie against CSRF. Null without cookies. */
  readonly csrf: string | null
  /** When to refresh, in milliseconds by this machine's clock. Null when no expiry is known. */
  readonly dueAt: number | null
}

/** The fields of `AuthPayload` that carry tokens. */
export interface Payload {
  readonly accessToken?: string | null
  readonly refreshToken?: string | null
  readonly csrfToken?: string | null
  readonly accessTokenExpiresAt?: string | null
}

/** The tokens of a session in cookies, of which a script can read the `csrf` value alone. */
export function tokensInCookies(csrf: string): ClientTokens {
  return { accessToken: null, refreshToken: null, csrf, dueAt: null }
}

/** The tokens of an earlier session. It is due at once, because the access token has to be fetched first. */
export function tokensToResume(refreshToken: string): ClientTokens {
  return { accessToken: null, refreshToken, csrf: null, dueAt: 0 }
}

/** The tokens of a response. What it leaves out, except for the access token, is taken from `previous`. */
export function tokensOf(payload: Payload, previous: ClientTokens | null, clock: Clock): ClientTokens {
  const { accessToken = null, refreshToken, csrfToken, accessTokenExpiresAt } = payload
  const life = accessToken === null ? null : lifetimeOf(accessToken)
  return {
    accessToken,
    refreshToken: refreshToken ?? previous?.refreshToken ?? null,
    csrf: csrfToken ?? previous?.csrf ?? null,
    // By `exp - iat`, because the server's clock may differ from ours. Of a token in a cookie only the expiry is known.
    dueAt: life === null ? dueBefore(accessTokenExpiresAt, clock) : clock.now() + refreshDelay(life),
  }
}

/** Null when the expiry is in the past: then our clock is ahead, and every token would seem due. */
function dueBefore(expiresAt: string | null | undefined, clock: Clock): number | null {
  if (expiresAt == null) return null
  const life = (Date.parse(expiresAt) - clock.now()) / 1000
  return life > 0 ? clock.now() + refreshDelay(life) : null
}

/** Milliseconds until a token that lives for `seconds` should be refreshed. */
function refreshDelay(seconds: number): number {
  return Math.max(0, seconds - Math.min(REFRESH_AHEAD_SECONDS, seconds / 10)) * 1000
}

/** Seconds from `iat` to `exp`. Null when the token lacks either. The signature is not verified: the token is our own. */
function lifetimeOf(token: string): number | null {
  try {
    const [, payload = ''] = token.split('.')
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const { iat, exp } = JSON.parse(text) as { readonly iat?: unknown; readonly exp?: unknown }
    return typeof iat === 'number' && typeof exp === 'number' ? exp - iat : null
  } catch {
    return null
  }
}
