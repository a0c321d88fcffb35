import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { PACKAGE_FOLDER } from '../base/package-folder.js'

/** A committed migration: a folder's name and the SQL in it. */
export interface Migration {
  name: string
  sql: string
  /** SHA-256 of the file, in hexadecimal, as Prisma keeps it. */
  checksum: string
}

/** A line of Prisma's own table, `_prisma_migrations`. */
export interface MigrationRecord {
  name: string
  checksum: string
  finished: boolean
  rolledBack: boolean
}

/** The committed migrations of a provider, in their order. */
export async function readMigrations(provider: 'sqlite' | 'postgresql'): Promise<Migration[]> {
  const folder = new URL(`prisma/${provider}/migrations/`, PACKAGE_FOLDER)
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(names.sort().map((name) => readMigration(folder, name)))
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const bytes = await readFile(new URL(`${name}/migration.sql`, folder))
  return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
}

/**
 * Which migrations are still to run. Throws when the database's history is not ours: a migration that failed, one that
 * was changed since it ran, or one that we do not know.
 */
export function findPending(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
): Migration[] {
  const applied = new Map<string, MigrationRecord>()
  for (const record of records) {
    if (record.rolledBack) continue
    if (!record.finished) {
      throw new Error(`the migration ${record.name} failed half-way: see 'prisma migrate resolve'`)
    }
    applied.set(record.name, record)
  }
  for (const { name, checksum } of applied.values()) {
    const known = migrations.find((migration) => migration.name === name)
    if (known === undefined) {
      throw new Error(`the database has the migration ${name}, unknown here: a newer version has migrated it`)
    }
    if (known.checksum !== checksum) {
      throw new Error(`the migration ${name} is not the one that ran on this database: its text was changed`)
    }
  }
  return migrations.filter(({ name }) => !applied.has(name))
}
