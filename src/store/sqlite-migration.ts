import type { SqlQuery } from '@prisma/driver-adapter-utils'
import type { MigrationTarget } from './migrate.js'
import { isBusy, openSqlite, rollBack } from './sqlite-adapter.js'

const RECORDS_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`

const READ_RECORDS = `SELECT migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, logs
  FROM _prisma_migrations`

/** A SQLite file as the runner sees it. Makes the file when there is none. */
export async function openSqliteMigration(path: string): Promise<MigrationTarget> {
  const connection = await openSqlite(path)
  return {
    readRecords: async () => {
      const { rows } = await connection.queryRaw(sql(READ_RECORDS)).catch(noTable)
      return rows.map(([name, checksum, finished, rolledBack, logs]) => ({
        name: String(name),
        checksum: String(checksum),
        finished: Boolean(finished),
        rolledBack: Boolean(rolledBack),
        compatibleWith: /^compatible-with: (\S+)$/.exec(String(logs))?.[1],
      }))
    },
    tryExclusively: async (work) => {
      // A table that is made again must not take its rows' children along. Has no effect within a transaction.
      await connection.executeScript('PRAGMA foreign_keys = OFF')
      try {
        await connection.executeScript('BEGIN IMMEDIATE')
      } catch (error) {
        if (isBusy(error)) return false
        throw error
      }
      try {
        await work()
        const broken = await connection.queryRaw(sql('PRAGMA foreign_key_check'))
        if (broken.rows.length > 0) throw new Error('the migration leaves rows that refer to none')
        await connection.executeScript('COMMIT')
        return true
      } catch (error) {
        await rollBack(connection)
        throw error
      }
    },
    ensureRecords: () => connection.executeScript(RECORDS_TABLE),
    runScript: (script) => connection.executeScript(script),
    // A SQLite file has no traffic beside its migration, so no migration needs steps.
    runStep: (step) => connection.executeScript(step),
    addRecord: async ({ id, name, checksum, compatibleWith }) => {
      await connection.executeRaw(
        sql(
          `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count, logs)
           VALUES (?, ?, current_timestamp, ?, current_timestamp, 1, ?)`,
          [id, checksum, name, compatibleWith === undefined ? null : `compatible-with: ${compatibleWith}`],
        ),
      )
    },
    close: () => connection.dispose(),
  }
}

function sql(text: string, args: (string | null)[] = []): SqlQuery {
  return { sql: text, args, argTypes: args.map(() => ({ scalarType: 'string', arity: 'scalar' })) }
}

function noTable(error: unknown): { rows: unknown[][] } {
  const cause = error instanceof Error ? error.cause : undefined
  const missing =
    typeof cause === 'object' && cause !== null && 'kind' in cause && cause.kind === 'TableDoesNotExist'
  if (!missing) throw error
  return { rows: [] }
}
