import type { NewRevocation, RevocationEntry, Statements } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import type { RevocationModel } from './generated/sqlite/models.js'
import { insertRowsForIds } from './insert-rows.js'

export function createFeedStatements(client: Client, dialect: Dialect): Pick<Statements, 'readRevocations'> {
  // Not by Prisma's `findMany`, which takes three times as long: a start may read a hundred thousand lines.
  const read = `${dialect.watch}
    SELECT "id", "scope", "key", "effect", "issued_before" AS "issuedBefore", "expires_at" AS "expiresAt"
    FROM ${dialect.table('revocations')} WHERE "id" > ${dialect.parameter(1)}
    ORDER BY "id" LIMIT ${dialect.parameter(2)}`
  return {
    readRevocations: async (afterId, limit) => {
      const rows = await client.$queryRawUnsafe<RevocationModel[]>(read, afterId, limit)
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
    // A bigint, where the column is one.
    id: Number(row.id),
    scope: row.scope as RevocationEntry['scope'],
    effect: row.effect as RevocationEntry['effect'],
  }
}
