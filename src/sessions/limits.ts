import { toSeconds } from '../base/clock.js'
import type { TokenConfig } from '../base/options.js'

/** The lifetimes of tokens and sessions. Null seconds: no limit. */
export type Lives = Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds' | 'sessionMaxAgeSeconds'>

/** The lifetimes of tokens issued now. */
export type TokenLives = Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds'>

/** The longest list of a user's sessions, because `maxSessions` may be off. */
export const MAX_LISTED = 100

export function expiry(issuedAtSeconds: number, ttlSeconds: number | null): Date | null {
  return ttlSeconds === null ? null : new Date((issuedAtSeconds + Math.floor(ttlSeconds)) * 1000)
}

/** When a session ends at the latest. Null means never. */
export function sessionEnd(
  createdAt: Date,
  { sessionMaxAgeSeconds }: Pick<Lives, 'sessionMaxAgeSeconds'>,
): Date | null {
  return expiry(toSeconds(createdAt.getTime()), sessionMaxAgeSeconds)
}

/** The earlier of two ends. Null is later than any. */
export function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one.getTime() <= other.getTime() ? one : other
}

/** The latest of several ends. Null means never. */
export function latest(ends: readonly (Date | null)[]): Date | null {
  const times = ends.flatMap((end) => (end === null ? [] : [end.getTime()]))
  return times.length < ends.length ? null : new Date(Math.max(...times))
}

/** As for `exp` (RFC 7519 §4.1.4): past from that second on. */
export function isPast(end: Date | null, now: Date): boolean {
  return end !== null && end.getTime() <= now.getTime()
}
