import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { PACKAGE_FOLDER } from '../base/package-folder.js'

/** A committed migration: a folder's name and the SQL in it. */
export interface Migration {
  readonly name: string
  /** `migration.sql`: what an empty database gets, and Prisma's own tool runs. */
  readonly sql: string
  /** SHA-256 of that file, in hexadecimal, as Prisma keeps it. */
  readonly checksum: string
  /**
   * `online.sql`: the same change for a database in use, in steps that block no traffic. Each step may be run again.
   * Absent when `migration.sql` holds no lock for long.
   */
  readonly steps?: readonly string[]
}

/** A row of Prisma's own table, `_prisma_migrations`. */
export interface MigrationRecord {
  readonly name: string
  readonly checksum: string
  readonly finished: boolean
  readonly rolledBack: boolean
  /**
   * Which builds that do not know the migration may use its schema: `all`, or those that know the migration named here.
   * Absent: no such build.
   */
  readonly compatibleWith?: string | undefined
}

/** What a database's history is to this build. */
export interface History {
  /** Migrations that are still to run, in order. */
  readonly pending: readonly Migration[]
  /** Migrations of a newer build, by name, that this build can work beside. */
  readonly newer: readonly string[]
}

/** Returns the committed migrations of a provider, in order. */
export async function readMigrations(provider: 'sqlite' | 'postgresql'): Promise<Migration[]> {
  const folder = new URL(`prisma/${provider}/migrations/`, PACKAGE_FOLDER)
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(names.sort().map((name) => readMigration(new URL(`${name}/`, folder), name)))
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const files = await readdir(folder)
  const bytes = await readFile(new URL('migration.sql', folder))
  const checksum = createHash('sha256').update(bytes).digest('hex')
  const migration = { name, sql: bytes.toString('utf8'), checksum }
  if (!files.includes('online.sql')) return migration
  const online = await readFile(new URL('online.sql', folder), 'utf8')
  return { ...migration, steps: splitSteps(online) }
}

/** Each step begins with a line `-- Step: …`. What stands above the first is a remark. */
export function splitSteps(online: string): string[] {
  return online.split(/^(?=-- Step:)/m).filter((part) => part.startsWith('-- Step:'))
}

/** Returns what a migration says of the builds that do not know it: `-- compatible-with: all`, or the name of a migration. */
export function readCompatibility({ sql }: Pick<Migration, 'sql'>): string | undefined {
  return /^-- compatible-with: (\S+)$/m.exec(sql)?.[1]
}

/**
 * Compares a database's history with the migrations of this build.
 *
 * @throws when this build cannot work on the database: a migration failed half-way, its text changed since it ran, or a
 *   newer build ran one that is not compatible with this build.
 */
export function compareHistory(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
): History {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const applied = new Map<string, MigrationRecord>()
  for (const record of records) {
    if (record.rolledBack) continue
    if (!record.finished) {
      throw new Error(`the migration ${record.name} failed half-way: see 'prisma migrate resolve'`)
    }
    applied.set(record.name, record)
  }
  const unknown: MigrationRecord[] = []
  for (const record of applied.values()) {
    const migration = known.get(record.name)
    if (migration === undefined) unknown.push(record)
    else if (migration.checksum !== record.checksum) {
      throw new Error(
        `the migration ${record.name} is not the one that ran on this database: its text was changed`,
      )
    }
  }
  refuseIncompatible(unknown.filter(({ compatibleWith = '' }) => !isCompatible(compatibleWith, known)))
  return {
    pending: migrations.filter(({ name }) => !applied.has(name)),
    newer: unknown.map(({ name }) => name).sort(),
  }
}

function isCompatible(compatibleWith: string, known: ReadonlyMap<string, Migration>): boolean {
  return compatibleWith === 'all' || known.has(compatibleWith)
}

function refuseIncompatible(records: readonly MigrationRecord[]): void {
  if (records.length === 0) return
  const names = nameMigrations(records.map(({ name }) => name).sort())
  throw new Error(
    `the database has ${names}, unknown here: a newer version has migrated it, and this version is not compatible with ` +
      'its schema. Start the newer version, or restore a backup from before the upgrade (docs/upgrading.md)',
  )
}

/** Returns `the migration A` or `the migrations A, B`. */
export function nameMigrations(names: readonly string[]): string {
  return `the migration${names.length > 1 ? 's' : ''} ${names.join(', ')}`
}
