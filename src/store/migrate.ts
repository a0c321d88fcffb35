import { randomUUID } from 'node:crypto'
import { type Logger, silentLogger } from '../base/logger.js'
import { type MigrationLimits, runWhenFree } from './migration-turn.js'
import {
  compareHistory,
  type Migration,
  type MigrationRecord,
  nameMigrations,
  readCompatibility,
} from './migrations.js'

/** One database to migrate. */
export interface MigrationTarget {
  /** Returns the rows of `_prisma_migrations`; no row when there is no such table. One query. */
  readRecords(): Promise<MigrationRecord[]>
  /**
   * Runs `work` in a transaction, all or nothing, while no other process migrates. Returns false at once, and runs
   * nothing, when another process migrates.
   */
  tryExclusively(work: () => Promise<void>): Promise<boolean>
  /** Makes `_prisma_migrations` if it is missing. */
  ensureRecords(): Promise<void>
  /** Runs any number of statements in the transaction. */
  runScript(sql: string): Promise<void>
  /** Runs one step of an `online.sql`, outside of the transaction. */
  runStep(sql: string): Promise<void>
  addRecord(record: {
    id: string
    name: string
    checksum: string
    compatibleWith?: string | undefined
  }): Promise<void>
  close(): Promise<void>
}

/** What to do about migrations that a database lacks: run them, or refuse the database. */
export type Migrations = 'apply' | 'require'

export interface MigrateOptions {
  readonly logger?: Logger
  readonly limits?: MigrationLimits
}

/** A migration that failed for good. `cause` is the database's error. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/** Applies what is pending, or requires that nothing is. */
export async function prepare(
  target: MigrationTarget,
  migrations: readonly Migration[],
  { how, ...options }: MigrateOptions & { how: Migrations },
): Promise<void> {
  if (how === 'apply') await migrate(target, migrations, options)
  else await requireNewest(target, migrations, options)
}

/** For commands and servers that must not change a database: one in the wrong folder, or of another version. */
async function requireNewest(
  target: MigrationTarget,
  migrations: readonly Migration[],
  { logger }: MigrateOptions,
): Promise<void> {
  const pending = await findPending(target, migrations, logger)
  if (pending.length === 0) return
  const names = nameMigrations(pending.map(({ name }) => name))
  const [are, them] = pending.length > 1 ? ['are', 'them'] : ['is', 'it']
  const reason = `${names} ${are} pending, and \`npx sallyport migrate\` applies ${them}`
  throw new Error(pending.length < migrations.length ? reason : `${reason}: nothing of Sallyport’s is in it`)
}

/**
 * Brings a database to the newest migration and returns the names of those that ran. An empty database gets all of them
 * in one transaction. On a database in use each is all or nothing by itself, so that no lock is held for longer than one
 * needs. Several processes may start at once: one migrates, the others wait. Nothing to do costs one query.
 *
 * Keeps `_prisma_migrations` as Prisma does, so `prisma migrate` can take over.
 *
 * @throws {MigrationError} when a migration fails, and fails again within the limits if another transaction was in its way
 */
export async function migrate(
  target: MigrationTarget,
  migrations: readonly Migration[],
  { logger = silentLogger, limits }: MigrateOptions = {},
): Promise<string[]> {
  const applied: string[] = []
  let [next] = await findPending(target, migrations, logger)
  while (next !== undefined) {
    const waiting = { logger, limits, migration: next }
    applied.push(...(await runWhenFree(() => runTurn(target, migrations), waiting)))
    next = compareHistory(migrations, await target.readRecords()).pending[0]
  }
  if (applied.length > 0) logger.info({ migrations: applied }, 'migrated the database')
  return applied
}

async function findPending(
  target: MigrationTarget,
  migrations: readonly Migration[],
  logger: Logger = silentLogger,
): Promise<readonly Migration[]> {
  const { pending, newer } = compareHistory(migrations, await target.readRecords())
  if (newer.length > 0) {
    const message = 'a newer version has migrated this database; this version is compatible with its schema'
    logger.warn({ migrations: newer }, message)
  }
  return pending
}

/** Runs what is next, and returns its names; null when another process migrates. */
async function runTurn(
  target: MigrationTarget,
  migrations: readonly Migration[],
): Promise<readonly string[] | null> {
  let applied: string[] = []
  const had = await target.tryExclusively(async () => {
    await target.ensureRecords()
    // Another process may have migrated since.
    const records = await target.readRecords()
    const { pending } = compareHistory(migrations, records)
    const isEmpty = records.length === 0
    const turn = isEmpty ? pending : pending.slice(0, 1)
    for (const migration of turn) await runMigration(target, migration, isEmpty)
    applied = turn.map(({ name }) => name)
  })
  return had ? applied : null
}

async function runMigration(target: MigrationTarget, migration: Migration, isEmpty: boolean): Promise<void> {
  const { name, sql, checksum, steps } = migration
  try {
    if (isEmpty || steps === undefined) await target.runScript(sql)
    else for (const step of steps) await target.runStep(step)
    await target.addRecord({
      ...{ id: randomUUID(), name, checksum },
      compatibleWith: readCompatibility(migration),
    })
  } catch (error) {
    const left = isEmpty || steps === undefined ? 'nothing was changed' : 'the next start goes on with it'
    throw new MigrationError(`the migration ${name} failed, and ${left}`, { cause: error })
  }
}
