import { PrismaPg } from '@prisma/adapter-pg'
import type { PoolConfig } from 'pg'
import type { MigrationTarget } from './migrate.js'

const RECORDS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`

const readRecords = (
  schema: string,
) => `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished,
  rolled_back_at IS NOT NULL AS "rolledBack" FROM "${schema}"._prisma_migrations`

const ADD_RECORD = `INSERT INTO _prisma_migrations
  (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES ($1, $2, now(), $3, now(), 1)`

/** The lock that `prisma migrate` takes, so that the two wait for each other as well. */
const MIGRATION_LOCK = 72_707_369
/** Of the table, or of its schema. */
const UNDEFINED = new Set(['42P01', '3F000'])

/** A schema of a PostgreSQL database as the runner sees it, by one connection. The schema's name is put into SQL. */
export async function openPostgresqlMigration(config: PoolConfig, schema: string): Promise<MigrationTarget> {
  // Without a limit: whoever waits for the lock waits for another's migrations, however long they take.
  const adapter = await new PrismaPg({ ...config, max: 1, query_timeout: 0 }).connect()
  const connection = await adapter
    .underlyingDriver()
    .connect()
    .catch(async (error: unknown) => {
      await adapter.dispose()
      throw error
    })
  // Unheard, this event would end the process. The next query fails, and says so.
  connection.on('error', () => {})
  return {
    readRecords: async () => {
      const { rows } = await connection.query(readRecords(schema)).catch(noTable)
      return rows
    },
    exclusively: async (work) => {
      await connection.query('BEGIN')
      try {
        await connection.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
        await connection.query(`SET LOCAL search_path TO "${schema}"`)
        await work()
        await connection.query('COMMIT')
      } catch (error) {
        await connection.query('ROLLBACK').catch(() => {})
        throw error
      }
    },
    ensureRecords: async () => {
      // Not `CREATE … IF NOT EXISTS`, which wants a right on the database even when there is nothing to create.
      const found = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
      if (found.rowCount === 0) await connection.query(`CREATE SCHEMA "${schema}"`)
      await connection.query(RECORDS_TABLE)
    },
    runScript: async (script) => {
      await connection.query(script)
    },
    addRecord: async ({ id, name, checksum }) => {
      await connection.query(ADD_RECORD, [id, checksum, name])
    },
    close: () => {
      connection.release()
      return adapter.dispose()
    },
  }
}

function noTable(error: unknown): { rows: [] } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string' && UNDEFINED.has(code)) return { rows: [] }
  throw error
}
