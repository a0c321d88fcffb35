import type { TokenConfig } from '../base/options.js'
import type { Revoke } from '../revocation/commit.js'
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
 * Ends live sessions by id, so that each instance refuses their access tokens; a refresh token is asked about in the
 * database alone, and outlives them by weeks. Answers the ids of those it ended.
 */
export async function endSessions(tx: Transaction, revoke: Revoke, change: EndOfSessions): Promise<string[]> {
  const ended = await tx.endSessions(change)
  if (ended.length === 0) return ended
  const expiresAt = await tx.lastAccessExpiry(ended)
  if (expiresAt === undefined) return ended
  for (const key of ended) {
    revoke({ scope: 'session', key, effect: 'revoked', issuedBefore: null, expiresAt })
  }
  return ended
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
    /** How long a token minted elsewhere may live: seconds; null: for ever. */
    foreignTtlSeconds: number | null
  },
): Promise<string[]> {
  const { userId, at, reason, foreignTtlSeconds } = change
  await tx.updateUser(userId, { version: change.version + 1 })
  const ended = await endSessions(tx, revoke, { userId, at, reason })
  for (const token of await tx.revokeSessionless({ userId, at, reason })) {
    const { jti: key, expiresAt } = token
    revoke({ scope: 'token', key, effect: 'revoked', issuedBefore: null, expiresAt })
  }
  revoke({
    scope: 'user',
    key: userId,
    effect: 'revoked',
    issuedBefore: at,
    expiresAt: foreignTtlSeconds === null ? null : new Date(at.getTime() + foreignTtlSeconds * 1000),
  })
  return ended
}

/** How long a token that was minted elsewhere under our key may live; null: for ever. */
export function foreignTtlSecondsOf({
  accessTtlSeconds,
  refreshTtlSeconds,
}: Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds'>): number | null {
  if (accessTtlSeconds === null || refreshTtlSeconds === null) return null
  return Math.max(accessTtlSeconds, refreshTtlSeconds)
}
