import { randomUUID } from 'node:crypto'
import { findPending, type Migration, type MigrationRecord } from './migrations.js'

/** One connection to the database to migrate. */
export interface MigrationTarget {
  /** The lines of `_prisma_migrations`; none where there is no such table. One query. */
  readRecords(): Promise<MigrationRecord[]>
  /** Runs `work` in a transaction that no other process runs one beside; all or nothing. */
  exclusively(work: () => Promise<void>): Promise<void>
  /** Makes `_prisma_migrations` where it is missing. */
  ensureRecords(): Promise<void>
  /** Any number of statements. */
  runScript(sql: string): Promise<void>
  addRecord(record: { id: string; name: string; checksum: string }): Promise<void>
  close(): Promise<void>
}

/** What is done about migrations that a database lacks: they are run, or it is refused. */
export type Migrations = 'apply' | 'require'

/** Applies what is pending, or requires that nothing is. */
export async function prepare(
  target: MigrationTarget,
  migrations: readonly Migration[],
  how: Migrations,
): Promise<void> {
  if (how === 'apply') await migrate(target, migrations)
  else await requireNewest(target, migrations)
}

/** For a command in the wrong folder, or of another version than the server: neither makes a database, nor changes one. */
async function requireNewest(target: MigrationTarget, migrations: readonly Migration[]): Promise<void> {
  const pending = findPending(migrations, await target.readRecords())
  if (pending.length === 0) return
  if (pending.length === migrations.length) throw new Error('nothing of Sallyport’s is in it')
  throw new Error(`its migration ${pending[0]?.name} is pending: sallyport migrate applies it`)
}

/**
 * Brings a database to the newest migration and answers the names of those that ran. All of them run, or none. When
 * several processes start at once, one migrates and the others find it done. Nothing to do costs one query.
 *
 * Keeps `_prisma_migrations` as Prisma does, so `prisma migrate` can take over.
 */
export async function migrate(target: MigrationTarget, migrations: readonly Migration[]): Promise<string[]> {
  if (findPending(migrations, await target.readRecords()).length === 0) return []
  const applied: string[] = []
  await target.exclusively(async () => {
    await target.ensureRecords()
    for (const migration of findPending(migrations, await target.readRecords())) {
      await runMigration(target, migration)
      applied.push(migration.name)
    }
  })
  return applied
}

async function runMigration(target: MigrationTarget, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await target.runScript(sql)
    await target.addRecord({ id: randomUUID(), name, checksum })
  } catch (error) {
    throw new Error(`the migration ${name} failed, and nothing was changed`, { cause: error })
  }
}
