import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool, PoolClient, PoolConfig } from 'pg'
import type { MigrationTarget } from './migrate.js'
import type { MigrationRecord } from './migrations.js'

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
  rolled_back_at IS NOT NULL AS "rolledBack", substring(logs from '^compatible-with: (.+)$') AS "compatibleWith"
  FROM "${schema}"._prisma_migrations`

// `logs` is Prisma's column for what a failed migration said.
const ADD_RECORD = `INSERT INTO _prisma_migrations
  (id, checksum, finished_at, migration_name, started_at, applied_steps_count, logs)
  VALUES ($1, $2, now(), $3, now(), 1, 'compatible-with: ' || $4)`

const TRY_LOCK = 'SELECT pg_try_advisory_xact_lock($1) AS locked'
/** The lock that `prisma migrate` takes, so that the two wait for each other as well. */
const MIGRATION_LOCK = 72_707_369
/** Of the table, or of its schema. */
const UNDEFINED = new Set(['42P01', '3F000'])

/**
 * While a statement waits for a table's lock, all later ones wait behind it. Below PostgreSQL's `deadlock_timeout` (1 s),
 * so that in a deadlock the migration gives way and no request fails.
 */
const LOCK_TIMEOUT_MS = 500
/** A concurrent index waits for transactions that are older than it, and blocks no traffic meanwhile. */
const CONCURRENT_LOCK_TIMEOUT_MS = 30_000

/** Whatever the role, the database or the server sets: a migration may take long, and so may the transaction with its lock. */
const settings = (schema: string) => `
  SET LOCAL search_path TO "${schema}";
  SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0;
  SELECT set_config('transaction_timeout', '0', true)
    WHERE EXISTS (SELECT FROM pg_settings WHERE name = 'transaction_timeout')`

/** Opens a schema of a PostgreSQL database for the runner. The schema's name is put into SQL. */
export async function openPostgresqlMigration(config: PoolConfig, schema: string): Promise<MigrationTarget> {
  // No limit: a migration may take long. The second connection is for the steps of an `online.sql`.
  const adapter = await new PrismaPg({ ...config, max: 2, query_timeout: 0 }).connect()
  const pool = adapter.underlyingDriver()
  const connection = await connect(pool).catch(async (error: unknown) => {
    await adapter.dispose()
    throw error
  })
  let worker: PoolClient | undefined
  return {
    readRecords: async () => {
      const { rows } = await connection.query(readRecords(schema)).catch(noTable)
      return rows.map((row) => ({ ...row, compatibleWith: row.compatibleWith ?? undefined }))
    },
    tryExclusively: async (work) => {
      // READ COMMITTED: while it only holds the lock it has no snapshot, for which a concurrent index would wait.
      await connection.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE')
      try {
        await connection.query(settings(schema))
        // Not `pg_advisory_xact_lock`: a statement that waits has a snapshot.
        const { rows } = await connection.query(TRY_LOCK, [MIGRATION_LOCK])
        if (rows[0].locked) await work()
        await connection.query('COMMIT')
        return rows[0].locked
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
    runStep: async (step) => {
      worker ??= await connect(pool)
      await runStep(worker, step, schema)
    },
    addRecord: async ({ id, name, checksum, compatibleWith = null }) => {
      await connection.query(ADD_RECORD, [id, checksum, name, compatibleWith])
    },
    close: () => {
      worker?.release()
      connection.release()
      return adapter.dispose()
    },
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  const connection = await pool.connect()
  // Unheard, this event would end the process. The next query fails instead.
  connection.on('error', () => {})
  return connection
}

/**
 * Sent alone, since a concurrent index may be in no transaction. `:"schema"` stands for the schema's name. A step with a
 * line `-- If: …` is left out when that is false.
 */
async function runStep(connection: PoolClient, step: string, schema: string): Promise<void> {
  const sql = step.replaceAll(':"schema"', `"${schema}"`)
  const condition = /^-- If: (.+)$/m.exec(sql)?.[1]
  const index = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS "([^"]+)"/m.exec(sql)?.[1]
  const lockTimeoutMs = index === undefined ? LOCK_TIMEOUT_MS : CONCURRENT_LOCK_TIMEOUT_MS
  await connection.query(
    `SET lock_timeout = ${lockTimeoutMs}; SET statement_timeout = 0; SET default_transaction_read_only = off`,
  )
  try {
    if (condition !== undefined) {
      const { rows } = await connection.query(`SELECT ${condition} AS holds`)
      if (!rows[0].holds) return
    }
    if (index !== undefined) await dropInvalid(connection, `"${schema}"."${index}"`)
    await connection.query(sql)
  } finally {
    // A pooler may give the connection to others.
    const reset = 'RESET lock_timeout; RESET statement_timeout; RESET default_transaction_read_only'
    await connection.query(reset).catch(() => {})
  }
}

/** A concurrent index that failed, or whose process ended, is left behind, invalid: writes keep it, and no query uses it. */
async function dropInvalid(connection: PoolClient, index: string): Promise<void> {
  const found = await connection.query(
    'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
    [index],
  )
  if (found.rowCount !== 0) await connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`)
}

function noTable(error: unknown): { rows: MigrationRecord[] } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string' && UNDEFINED.has(code)) return { rows: [] }
  throw error
}
