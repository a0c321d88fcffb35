import { toSeconds } from '../base/clock.js'
import type { Revoke } from '../revocation/commit.js'
import type { RevokedReason, Transaction } from '../store/contract.js'
import { expiry, latest, type TokenLives } from './limits.js'

export interface EndOfSessions {
  readonly userId: string
  /** Only these; absent: all of the user's. */
  readonly ids?: readonly string[]
  readonly exceptId?: string
  readonly at: Date
  readonly reason: RevokedReason
  readonly lives: TokenLives
}

/**
 * Ends live sessions by id, so that each instance refuses their access tokens; a refresh token is asked about in the
 * database alone, and outlives them by weeks. Returns how many it ended.
 */
export async function endSessions(
  tx: Transaction,
  revoke: Revoke,
  { lives, ...change }: EndOfSessions,
): Promise<number> {
  const ended = await tx.endSessions(change)
  // By `reauthenticate` or sliding a session may have a younger access token than its own.
  const youngest = expiry(toSeconds(change.at.getTime()), lives.accessTtlSeconds)
  for (const { id: key, accessExpiresAt } of ended) {
    const expiresAt = latest([accessExpiresAt, youngest])
    revoke({ scope: 'session', key, effect: 'revoked', issuedBefore: null, expiresAt })
  }
  return ended.length
}

/**
 * Ends all that a user has: the live sessions, the tokens without one, and, by their time of issue, the tokens that
 * were minted elsewhere. Raises the row's `version`, so that a login under way does not survive it.
 */
export async function endEverything(
  tx: Transaction,
  revoke: Revoke,
  change: {
    userId: string
    version: number
    at: Date
    reason: RevokedReason
    lives: TokenLives
  },
): Promise<number> {
  const { userId, at, reason, lives } = change
  const version = change.version + 1
  await tx.updateUser(userId, { version })
  const { count, lastAccessExpiry } = await tx.endAllSessions({ userId, at, reason })
  const sessionless = await tx.revokeSessionless({ userId, at, reason })
  // One line, whatever it ends: every instance holds each line in memory.
  revoke({
    scope: 'user',
    key: userId,
    effect: 'revoked',
    issuedBefore: at,
    beforeVersion: version,
    expiresAt: latest([
      lastForeignExpiry(at, lives),
      ...(lastAccessExpiry === undefined ? [] : [lastAccessExpiry]),
      ...sessionless.map(({ expiresAt }) => expiresAt),
    ]),
  })
  return count
}

/** When a token that was minted elsewhere under our key by then is past. Null: never. */
export function lastForeignExpiry(
  at: Date,
  { accessTtlSeconds, refreshTtlSeconds }: TokenLives,
): Date | null {
  if (accessTtlSeconds === null || refreshTtlSeconds === null) return null
  return new Date(at.getTime() + Math.max(accessTtlSeconds, refreshTtlSeconds) * 1000)
}
