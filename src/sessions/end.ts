import { toSeconds } from '../base/clock.js'
import type { Revoke } from '../revocation/commit.js'
import type { RevokedReason, Transaction } from '../store/contract.js'
import { expiry, latest, type TokenLives } from './limits.js'

export interface EndOfSessions {
  readonly userId: string
  /** The sessions to end. Absent for all of the user's. */
  readonly ids?: readonly string[]
  readonly exceptId?: string
  readonly at: Date
  readonly reason: RevokedReason
  readonly lives: TokenLives
}

/**
 * Ends live sessions. Each gets an entry in the feed, so that every instance refuses its access tokens; refresh tokens,
 * which live for weeks, are looked up in the database. Returns the number of ended sessions.
 */
export async function endSessions(
  tx: Transaction,
  revoke: Revoke,
  { lives, ...change }: EndOfSessions,
): Promise<number> {
  const ended = await tx.endSessions(change)
  // After `reauthenticate` or sliding, a session may have a younger access token than its row says.
  const youngest = expiry(toSeconds(change.at.getTime()), lives.accessTtlSeconds)
  for (const { id: key, accessExpiresAt } of ended) {
    const expiresAt = latest([accessExpiresAt, youngest])
    revoke({ scope: 'session', key, effect: 'revoked', issuedBefore: null, expiresAt })
  }
  return ended.length
}

/**
 * Ends everything of a user: live sessions, tokens without a session and, by their time of issue, tokens minted
 * elsewhere. Raises the row's `version`, so that no login under way survives it. Returns the number of ended sessions.
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
  // A single entry, whatever it ends, because every instance keeps each entry in memory.
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

/** When the last token that was minted elsewhere under our key expires. Null means never. */
export function lastForeignExpiry(
  at: Date,
  { accessTtlSeconds, refreshTtlSeconds }: TokenLives,
): Date | null {
  if (accessTtlSeconds === null || refreshTtlSeconds === null) return null
  return new Date(at.getTime() + Math.max(accessTtlSeconds, refreshTtlSeconds) * 1000)
}
