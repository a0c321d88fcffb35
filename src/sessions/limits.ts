import { toSeconds } from '../base/clock.js'
import type { TokenConfig } from '../base/options.js'

/** How long tokens and sessions live; `null` seconds: no limit. */
export type Lives = Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds' | 'sessionMaxAgeSeconds'>

/** How long tokens live that are issued now. */
export type TokenLives = Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds'>

/** Of a user's sessions, as they are listed: nothing limits how often somebody may log in. */
export const MAX_LISTED = 100

export function expiry(issuedAtSeconds: number, ttlSeconds: number | null): Date | null {
  return ttlSeconds === null ? null : new Date((issuedAtSeconds + Math.floor(ttlSeconds)) * 1000)
}

/** When a session is over, whatever is done in it. Null: never. */
export function sessionEnd(
  createdAt: Date,
  { sessionMaxAgeSeconds }: Pick<Lives, 'sessionMaxAgeSeconds'>,
): Date | null {
  return expiry(toSeconds(createdAt.getTime()), sessionMaxAgeSeconds)
}

/** Of two ends the earlier one; null is none. */
export function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one.getTime() <= other.getTime() ? one : other
}

/** Of several ends the last one; null: never. */
export function latest(ends: readonly (Date | null)[]): Date | null {
  const times = ends.flatMap((end) => (end === null ? [] : [end.getTime()]))
  return times.length < ends.length ? null : new Date(Math.max(...times))
}

/** As with `exp` (RFC 7519 §4.1.4): over on the very second. */
export function isPast(end: Date | null, now: Date): boolean {
  return end !== null && end.getTime() <= now.getTime()
}
