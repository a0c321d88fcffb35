const HEADING = `// Generated from ../schema.prisma by scripts/derive-schema.ts: change that one.

`

/**
 * The same models for PostgreSQL: another provider, another place for the generated client, and its own lines. Its `Int`
 * has 32 bits, which rows that are only ever added use up within months; SQLite's rowids, which must be `Int`, have 64.
 */
export function derivePostgresqlSchema(sqliteSchema: string): string {
  const start = sqliteSchema.indexOf('datasource db')
  if (start === -1) throw new Error('prisma/schema.prisma: no "datasource db"')
  const body = sqliteSchema
    .slice(start)
    .replaceAll('//postgresql ', '')
    .replace(/ Int( +@id @default\(autoincrement\(\)\))/g, ' BigInt$1')
  return (
    HEADING +
    replaceOnce(
      replaceOnce(body, '"sqlite"', '"postgresql"'),
      '"../src/store/generated/sqlite"',
      '"../../src/store/generated/postgresql"',
    )
  )
}

function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`prisma/schema.prisma: expected ${from} exactly once`)
  return text.replace(from, () => to)
}
