import type { Revoke } from '../revocation/commit.js'
import type { Transaction } from '../store/contract.js'

/**
 * Makes a user's access tokens count as expired, so that their clients refresh and get others: those of ours and, by
 * their time of issue, those that were minted elsewhere. Refresh tokens and sessions stay.
 */
export async function supersedeAccess(
  tx: Transaction,
  revoke: Revoke,
  change: { userId: string; at: Date; foreignTtlSeconds: number | null },
): Promise<void> {
  const { userId, at, foreignTtlSeconds } = change
  const live = await tx.supersedeAccess({ userId, at })
  const expiries = live.map(({ expiresAt }) => expiresAt)
  const foreign = foreignTtlSeconds === null ? null : new Date(at.getTime() + foreignTtlSeconds * 1000)
  revoke({
    scope: 'access',
    key: userId,
    effect: 'superseded',
    issuedBefore: at,
    expiresAt: latest([foreign, ...expiries]),
  })
  // The time of issue is in whole seconds: what is of this very second, or came meanwhile, is named one by one.
  for (const { jti: key, issuedAt, expiresAt } of live) {
    if (issuedAt.getTime() <= at.getTime() - 1000) continue
    revoke({ scope: 'token', key, effect: 'superseded', issuedBefore: null, expiresAt })
  }
}

/** Null: never. */
function latest(times: readonly (Date | null)[]): Date | null {
  const known = times.flatMap((time) => (time === null ? [] : [time.getTime()]))
  return known.length < times.length ? null : new Date(Math.max(...known))
}
