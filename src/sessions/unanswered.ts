/** How long the client may be away, in milliseconds. */
export const REMEMBERED_MS = 86_400_000
const MAX_REMEMBERED = 10_000

/**
 * Exchanges that may hold although the client got `UNAVAILABLE`, because the database failed during COMMIT. Their reuse
 * window begins when the client gets the pair, so that a retry is not mistaken for theft. In memory of this instance
 * alone.
 */
export interface Unanswered {
  /** Remembers the exchange of one refresh token for another. */
  add(jti: string, successorJti: string, now: Date): void
  /** Whether the client that presents the token again is still owed the successor. */
  isOwed(jti: string, successorJti: string, now: Date): boolean
  /** The client gets the pair: the window begins, once. */
  answer(jti: string, now: Date): void
}

export function createUnanswered({ reuseWindowSeconds }: { reuseWindowSeconds: number }): Unanswered {
  const owed = new Map<string, { successorJti: string; until: number }>()
  return {
    add(jti, successorJti, now) {
      owed.set(jti, { successorJti, until: now.getTime() + REMEMBERED_MS })
      // The oldest come first.
      for (const [oldest, { until }] of owed) {
        if (owed.size <= MAX_REMEMBERED && until > now.getTime()) break
        owed.delete(oldest)
      }
    },
    isOwed(jti, successorJti, now) {
      const entry = owed.get(jti)
      return entry?.successorJti === successorJti && now.getTime() < entry.until
    },
    answer(jti, now) {
      const entry = owed.get(jti)
      if (entry === undefined) return
      entry.until = Math.min(entry.until, now.getTime() + reuseWindowSeconds * 1000)
    },
  }
}
