import type { Pruned } from './contract.js'
import type { PrismaClient } from './generated/sqlite/client.js'

/** See `Store.prune`. Four statements, each by itself: what one of them leaves, the next round finds. */
export async function prune(
  client: PrismaClient,
  before: Date,
  limit: number,
): Promise<Record<Pruned, number>> {
  const past = { lt: before }
  const revocations = await client.revocation.deleteMany({ where: { expiresAt: past }, limit })
  const tokens = await client.token.deleteMany({
    // One that never expires goes once it is of no use any more.
    where: {
      OR: [
        { expiresAt: past },
        {
          expiresAt: null,
          OR: [{ rotatedAt: past }, { revokedAt: past }, { session: { is: { revokedAt: past } } }],
        },
      ],
    },
    limit,
  })
  const sessions = await client.session.deleteMany({
    where: {
      tokens: { none: {} },
      OR: [{ refreshExpiresAt: past }, { refreshExpiresAt: null, revokedAt: past }],
    },
    limit,
  })
  const counters = await client.counter.deleteMany({ where: { expiresAt: past }, limit })
  return {
    revocations: revocations.count,
    tokens: tokens.count,
    sessions: sessions.count,
    counters: counters.count,
  }
}
