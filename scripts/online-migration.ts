/** What a migration of PostgreSQL does to a database in use, by the statements that Prisma writes. */
const CREATED_TABLE = /^CREATE TABLE "([^"]+)"/
const CREATED_INDEX = /^CREATE (UNIQUE )?INDEX "[^"]+" ON "([^"]+)"/
const ADDED_COLUMNS = /^ALTER TABLE "[^"]+"\s+ADD COLUMN/
const ADDED_CONSTRAINT = /^ALTER TABLE "([^"]+)" ADD CONSTRAINT/

/** Whether builds that do not know the migration can use its schema: it only adds what they need not know. */
export function isExpanding(sql: string): boolean {
  const created = createdTables(sql)
  return statementsOf(sql).every((statement) => {
    if (CREATED_TABLE.test(statement)) return true
    const [, unique, table = ''] = CREATED_INDEX.exec(statement) ?? []
    if (table !== '') return unique === undefined || created.has(table)
    const constrained = ADDED_CONSTRAINT.exec(statement)?.[1]
    if (constrained !== undefined) return created.has(constrained)
    return ADDED_COLUMNS.test(statement) && columnsOf(statement).every(isOptionalColumn)
  })
}

/** The statements that would lock a table in use for as long as it takes to read or write all of it. */
export function findLongLocks(sql: string): string[] {
  const created = createdTables(sql)
  return statementsOf(sql).filter((statement) => {
    const indexed = CREATED_INDEX.exec(statement)?.[2]
    if (indexed !== undefined) return !created.has(indexed)
    const altered = /^ALTER TABLE "([^"]+)"/.exec(statement)?.[1]
    if (altered === undefined || created.has(altered)) return false
    return /SET DATA TYPE|SET NOT NULL|ADD CONSTRAINT(?!.*NOT VALID)|ADD PRIMARY KEY/s.test(statement)
  })
}

/** Returns the `online.sql` of a migration that only makes indexes; null when it does more, so that it is written by hand. */
export function writeOnlineSteps(sql: string): string | null {
  const statements = statementsOf(sql)
  if (!statements.every((statement) => CREATED_INDEX.test(statement))) return null
  return statements
    .map((statement) => {
      const concurrent = statement
        .replace(/INDEX "/, 'INDEX CONCURRENTLY IF NOT EXISTS "')
        .replace(/ ON "/, ' ON :"schema"."')
      return `-- Step: one index\n${concurrent};\n`
    })
    .join('\n')
}

function createdTables(sql: string): Set<string> {
  return new Set(statementsOf(sql).flatMap((statement) => CREATED_TABLE.exec(statement)?.[1] ?? []))
}

/** Of what Prisma writes, where a statement ends its line with a semicolon. */
function statementsOf(sql: string): string[] {
  return sql
    .replace(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

function columnsOf(statement: string): string[] {
  return statement.split(/,\n/)
}

function isOptionalColumn(column: string): boolean {
  return /ADD COLUMN/.test(column) && (!/NOT NULL/.test(column) || /\bDEFAULT\b/.test(column))
}
