import type { NewRevocation, RevocationEntry, Statements } from './contract.js'
import type { Client } from './dialect.js'
import type { RevocationModel } from './generated/sqlite/models.js'

export function createFeedStatements(client: Client): Pick<Statements, 'readRevocations'> {
  return {
    readRevocations: async (afterId, limit) => {
      const rows = await client.revocation.findMany({
        where: { id: { gt: afterId } },
        orderBy: { id: 'asc' },
        take: limit,
      })
      return rows.map(toEntry)
    },
  }
}

/** Appends lines to the feed; whoever calls it holds the feed's lock. */
export async function appendToFeed(
  client: Client,
  entries: readonly NewRevocation[],
): Promise<RevocationEntry[]> {
  const rows = await client.revocation.createManyAndReturn({ data: [...entries] })
  return rows.map(toEntry).sort((a, b) => a.id - b.id)
}

function toEntry(row: RevocationModel): RevocationEntry {
  return {
    ...row,
    scope: row.scope as RevocationEntry['scope'],
    effect: row.effect as RevocationEntry['effect'],
  }
}
