import type { Revoke } from '../revocation/commit.js'
import { laterExpiry } from '../revocation/live-entries.js'
import type { Transaction } from '../store/contract.js'

/**
 * Makes a user's access tokens count as expired, so that their clients refresh and get new ones. Covers tokens with a
 * lower `account_version` and, by their time of issue, those minted elsewhere. Refresh tokens and sessions stay.
 */
export async function supersedeAccess(
  tx: Transaction,
  revoke: Revoke,
  change: {
    userId: string
    /** The row's version from now on. */
    version: number
    at: Date
    /** How long a token minted elsewhere may live: seconds; null: for ever. */
    foreignTtlSeconds: number | null
  },
): Promise<void> {
  const { userId, version, at, foreignTtlSeconds } = change
  const lastOfOurs = await tx.lastAccessExpiry({ userId })
  const lastOfOthers = foreignTtlSeconds === null ? null : new Date(at.getTime() + foreignTtlSeconds * 1000)
  await tx.supersedeAccess({ userId, at })
  revoke({
    scope: 'access',
    key: userId,
    effect: 'superseded',
    issuedBefore: at,
    beforeVersion: version,
    expiresAt: lastOfOurs === undefined ? lastOfOthers : laterExpiry(lastOfOthers, lastOfOurs),
  })
}
