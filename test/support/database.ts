import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { openPool, TEMPLATE, withDatabase } from './postgresql-pool.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** How many rounds a test of chance makes; 0: as many as everybody's run has time for. */
    soakRounds: number
    /** The database of this run; absent where a project has none. */
    provider: 'sqlite' | 'postgresql'
    /** The server of the project `postgresql`, as its superuser. */
    postgresqlUrl: string
  }
}

/** A database of one's own. */
export interface TestDatabase {
  databaseUrl: string
  /** Throws it away, whoever is still connected. */
  drop(): Promise<void>
}

/**
 * A new database of the provider that this project runs on: empty of users, and on PostgreSQL migrated already. Where
 * the project has none, a SQLite file.
 */
export function freshDatabase(): Promise<TestDatabase> {
  return inject('provider') === 'postgresql' ? createPostgresql(TEMPLATE) : createSqlite()
}

/** The same, without even its tables. */
export function emptyDatabase(): Promise<TestDatabase> {
  return inject('provider') === 'postgresql' ? createPostgresql('template0') : createSqlite()
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  return {
    databaseUrl: `file:${join(folder, 'test.db')}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

async function createPostgresql(template: string): Promise<TestDatabase> {
  const serverUrl = inject('postgresqlUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`)
  return {
    databaseUrl: withDatabase(serverUrl, name),
    drop: () => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function administer(serverUrl: string, statement: string): Promise<void> {
  const pool = await openPool(serverUrl, 1)
  try {
    await pool.query(statement)
  } finally {
    await pool.end()
  }
}
