import type { NewRevocation, RevocationEntry, Statements } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import type { RevocationModel } from './generated/sqlite/models.js'
import { insertRowsForIds } from './insert-rows.js'

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

const COLUMNS = ['scope', 'key', 'effect', 'issued_before', 'expires_at']

/** Appends lines to the feed; whoever calls it holds the feed's lock. */
export async function appendToFeed(
  client: Client,
  dialect: Dialect,
  entries: readonly NewRevocation[],
): Promise<RevocationEntry[]> {
  const ids = await insertRowsForIds(client, dialect, {
    table: 'revocations',
    columns: COLUMNS,
    rows: entries.map(({ scope, key, effect, issuedBefore, expiresAt }) => [
      ...[scope, key, effect, issuedBefore, expiresAt],
    ]),
  })
  return entries.map(({ scope, key, effect, issuedBefore, expiresAt }, index) => {
    const id = ids[index]
    if (id === undefined) throw new RangeError('appendRevocations: the database gave too few ids')
    return { id, scope, key, effect, issuedBefore, expiresAt }
  })
}

function toEntry(row: RevocationModel): RevocationEntry {
  return {
    ...row,
    scope: row.scope as RevocationEntry['scope'],
    effect: row.effect as RevocationEntry['effect'],
  }
}
