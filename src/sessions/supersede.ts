import type { Revoke } from '../revocation/commit.js'
import type { Transaction } from '../store/contract.js'
import { lastForeignExpiry } from './end.js'
import { latest, type TokenLives } from './limits.js'

/**
 * Makes a user's access tokens count as expired, so that their clients refresh: our own by the account's new `version`,
 * and those minted elsewhere by their time of issue. Refresh tokens and sessions stay.
 */
export async function supersedeAccess(
  tx: Transaction,
  revoke: Revoke,
  change: { userId: string; version: number; at: Date; lives: TokenLives },
): Promise<void> {
  const { userId, version, at, lives } = change
  const live = await tx.supersedeAccess({ userId, at })
  revoke({
    scope: 'access',
    key: userId,
    effect: 'superseded',
    issuedBefore: at,
    beforeVersion: version,
    expiresAt: latest([lastForeignExpiry(at, lives), ...live.map(({ expiresAt }) => expiresAt)]),
  })
}
