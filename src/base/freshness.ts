/** How `auth_time` is checked; all in seconds. */
export interface Freshness {
  readonly nowSeconds: number
  /** How long after `auth_time` a token without a `fresh` claim is fresh. */
  readonly freshForSeconds: number
  /** How far `auth_time` may be ahead of our clock. */
  readonly leewaySeconds: number
}

/** When the password was entered, by the token. */
export interface Authentication {
  /** `true`, or until when (seconds since 1970). Absent: `authTime` decides. */
  readonly fresh: unknown
  /** When the password was last entered; seconds since 1970. */
  readonly authTime: unknown
}

/** Whether a token satisfies `@fresh` (`maxAgeSeconds` null), or `@fresh(maxAge:)`. */
export function isFresh(
  { fresh, authTime }: Authentication,
  maxAgeSeconds: number | null,
  time: Freshness,
): boolean {
  if (maxAgeSeconds !== null) return isWithin(authTime, maxAgeSeconds, time)
  if (fresh === undefined) return isWithin(authTime, time.freshForSeconds, time)
  return fresh === true || (typeof fresh === 'number' && Number.isFinite(fresh) && time.nowSeconds <= fresh)
}

/** Null for a time that is absent, no number, or in the future. */
function isWithin(authTime: unknown, seconds: number, { nowSeconds, leewaySeconds }: Freshness): boolean {
  if (typeof authTime !== 'number' || !Number.isFinite(authTime)) return false
  return authTime <= nowSeconds + leewaySeconds && nowSeconds - authTime <= seconds
}
