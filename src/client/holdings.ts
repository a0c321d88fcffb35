import type { Clock } from '../base/clock.js'

/** A token is exchanged so long before it expires, or in the last tenth of its life, whichever is less: seconds. */
const EARLY_SECONDS = 30

/** What a client holds of its session. */
export interface Holdings {
  /** Null: it is in a cookie. */
  readonly accessToken: string | null
  /** Null: it is in a cookie, or there is none. */
  readonly refreshToken: string | null
  /** What proves a cookie; null: there is none. */
  readonly csrf: string | null
  /** By our clock, milliseconds; null: nobody said. */
  readonly dueAt: number | null
}

/** What `AuthPayload` says of tokens. */
export interface Payload {
  readonly accessToken?: string | null
  readonly refreshToken?: string | null
  readonly csrfToken?: string | null
  readonly accessTokenExpiresAt?: string | null
}

/** In cookies, of which scripts know no more. */
export function inCookies(csrf: string): Holdings {
  return { accessToken: null, refreshToken: null, csrf, dueAt: null }
}

/** Of a session that was begun before: its access token is to be had first. */
export function resumed(refreshToken: string): Holdings {
  return { accessToken: null, refreshToken, csrf: null, dueAt: 0 }
}

/** Holdings of an answer. A refresh token that it does not give is the one before. */
export function holdingsOf(payload: Payload, before: Holdings | null, clock: Clock): Holdings {
  const { accessToken = null, refreshToken, csrfToken, accessTokenExpiresAt } = payload
  const life = accessToken === null ? null : lifeOf(accessToken)
  return {
    accessToken,
    refreshToken: refreshToken ?? before?.refreshToken ?? null,
    csrf: csrfToken ?? before?.csrf ?? null,
    // By the length of its life: the server's clock may be another than ours. Of a cookie's only the end is known.
    dueAt: life === null ? dueBefore(accessTokenExpiresAt, clock) : clock.now() + early(life),
  }
}

/** Null, too, where the end is past: then our clock is ahead, and every token would seem due. */
function dueBefore(end: string | null | undefined, clock: Clock): number | null {
  if (end == null) return null
  const life = (Date.parse(end) - clock.now()) / 1000
  return life > 0 ? clock.now() + early(life) : null
}

/** In how many milliseconds a token of so many seconds should be exchanged. */
function early(seconds: number): number {
  return Math.max(0, seconds - Math.min(EARLY_SECONDS, seconds / 10)) * 1000
}

/** Seconds from `iat` to `exp`; null: it does not say. Nothing is verified, and nothing is trusted: this is our own. */
function lifeOf(token: string): number | null {
  try {
    const [, payload = ''] = token.split('.')
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const { iat, exp } = JSON.parse(text) as { readonly iat?: unknown; readonly exp?: unknown }
    return typeof iat === 'number' && typeof exp === 'number' ? exp - iat : null
  } catch {
    return null
  }
}
