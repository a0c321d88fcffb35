import type { Statements } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import type { RevocationModel } from './generated/sqlite/models.js'
import { insertRowsForIds } from './insert-rows.js'
import type { NewRevocation, RevocationEntry } from './revocation-record.js'

export function createFeedStatements(client: Client, dialect: Dialect): Pick<Statements, 'readRevocations'> {
  // Not by Prisma's `findMany`, which takes three times as long: a start may read a hundred thousand lines.
  // One row without a line where there is none.
  const read = `${dialect.watch}
    SELECT "issued"."last" AS "lastIssuedId", "lines".* FROM (${dialect.lastRevocationId}) AS "issued"
    LEFT JOIN (
      SELECT "id", "scope", "key", "effect", "issued_before" AS "issuedBefore", "expires_at" AS "expiresAt",
        "before_version" AS "beforeVersion"
      FROM ${dialect.table('revocations')} WHERE "id" > ${dialect.parameter(1)}
      ORDER BY "id" LIMIT ${dialect.parameter(2)}
    ) AS "lines" ON 1 = 1 ORDER BY "lines"."id"`
  return {
    readRevocations: async (afterId, limit) => {
      const rows = await client.$queryRawUnsafe<Row[]>(read, afterId, limit)
      return {
        entries: rows.flatMap((row) => (row.id === null ? [] : [toEntry(row as RevocationModel)])),
        lastIssuedId: Number(rows[0]?.lastIssuedId ?? 0),
      }
    },
  }
}

type Row = { [Name in keyof RevocationModel]: RevocationModel[Name] | null } & {
  readonly lastIssuedId: number | bigint | null
}

const COLUMNS = ['scope', 'key', 'effect', 'issued_before', 'expires_at', 'before_version']

/** Appends lines to the feed; whoever calls it holds the feed's lock. */
export async function appendToFeed(
  client: Client,
  dialect: Dialect,
  entries: readonly NewRevocation[],
): Promise<RevocationEntry[]> {
  const ids = await insertRowsForIds(client, dialect, {
    table: 'revocations',
    columns: COLUMNS,
    rows: entries.map(({ scope, key, effect, issuedBefore, expiresAt, beforeVersion }) => [
      ...[scope, key, effect, issuedBefore, expiresAt, beforeVersion ?? null],
    ]),
  })
  return entries.map((entry, index) => {
    const id = ids[index]
    if (id === undefined) throw new RangeError('appendRevocations: the database gave too few ids')
    return { ...entry, id }
  })
}

function toEntry({ id, scope, key, effect, ...model }: RevocationModel): RevocationEntry {
  const { issuedBefore, expiresAt, beforeVersion } = model
  return {
    // A bigint, where the column is one.
    id: Number(id),
    scope: scope as RevocationEntry['scope'],
    key,
    effect: effect as RevocationEntry['effect'],
    issuedBefore,
    expiresAt,
    ...(beforeVersion === null ? {} : { beforeVersion }),
  }
}
