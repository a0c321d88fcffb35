import type { TokenConfig } from '../base/options.js'
import type { Revoke } from '../revocation/commit.js'
import { laterExpiry } from '../revocation/live-entries.js'
import type { RevokedReason, Transaction } from '../store/contract.js'

export interface EndOfSessions {
  readonly userId: string
  /** Only these; absent: all of the user's. */
  readonly ids?: readonly string[]
  readonly exceptId?: string
  readonly at: Date
  readonly reason: RevokedReason
}

/**
 * Ends live sessions. Each gets a line in the feed, so that every instance refuses its access tokens. The line goes with
 * the last of them: refresh tokens, which live for weeks, are looked up in the database. Returns the ids of the sessions
 * that it ended.
 */
export async function endSessions(tx: Transaction, revoke: Revoke, change: EndOfSessions): Promise<string[]> {
  const ended = await tx.endSessions(change)
  const expiresAt = await tx.lastAccessExpiry({ sessionIds: ended })
  if (expiresAt === undefined) return ended
  for (const key of ended) revoke({ scope: 'session', key, effect: 'revoked', expiresAt })
  return ended
}

/**
 * Ends everything of a user: the live sessions and every token, also those minted elsewhere. Raises the row's `version`,
 * so that no login under way survives it. One line in the feed covers all of it, however much there is. Returns the
 * number of sessions that it ended.
 */
export async function endEverything(
  tx: Transaction,
  revoke: Revoke,
  change: {
    userId: string
    /** The row's version before. */
    version: number
    at: Date
    reason: RevokedReason
    /** How long a token minted elsewhere may live: seconds; null: for ever. */
    foreignTtlSeconds: number | null
  },
): Promise<number> {
  const { userId, at, reason, foreignTtlSeconds } = change
  const version = change.version + 1
  await tx.updateUser(userId, { version })
  // A host may have issued a token that outlives every other.
  const lastOfOurs = await tx.lastAccessExpiry({ userId })
  const lastOfOthers = foreignTtlSeconds === null ? null : new Date(at.getTime() + foreignTtlSeconds * 1000)
  const ended = await tx.endSessions({ userId, at, reason })
  await tx.revokeSessionless({ userId, at, reason })
  revoke({
    scope: 'user',
    key: userId,
    effect: 'revoked',
    issuedBefore: at,
    beforeVersion: version,
    expiresAt: lastOfOurs === undefined ? lastOfOthers : laterExpiry(lastOfOthers, lastOfOurs),
  })
  return ended.length
}

/** How long a token that was minted elsewhere under our key may live; null: for ever. */
export function foreignTtlSecondsOf({
  accessTtlSeconds,
  refreshTtlSeconds,
}: Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds'>): number | null {
  if (accessTtlSeconds === null || refreshTtlSeconds === null) return null
  return Math.max(accessTtlSeconds, refreshTtlSeconds)
}
