import type { Clock } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import { type Logger, silentLogger } from '../base/logger.js'
import type { Store } from './contract.js'
import { type DatabaseLocation, parseDatabaseUrl } from './database-url.js'
import type { Migrations } from './migrate.js'
import { describeOpenError } from './open-errors.js'

/** How to open a store. */
export interface StoreOptions {
  /** `file:` and a path for SQLite, made with its folder when missing; or `postgresql://…`. */
  databaseUrl: string
  /** Replaces the database's clock; for tests. */
  clock?: Clock
  /** How many connections to PostgreSQL requests have at most; `?connection_limit=` in the URL comes first. @default 10 */
  poolSize?: number
  /** Whether pending migrations are applied, or a database that lacks any, or is not there, is refused. @default 'apply' */
  migrations?: Migrations
  /** Gets a line when a start waits for another process, or a newer version made the schema. @default silent */
  logger?: Logger
}

/**
 * Opens the database, by default brings it to the newest migration, and answers the store on it. Throws `OptionError`
 * that names `databaseUrl` when the database can't be reached, is none of ours, or needs a package that is not installed;
 * no message has a URL's password.
 */
export async function openStore({
  databaseUrl,
  clock,
  poolSize = 10,
  migrations = 'apply',
  logger = silentLogger,
}: StoreOptions): Promise<Store> {
  const location = parseDatabaseUrl(databaseUrl)
  try {
    return await open(location, { clock, poolSize, migrations, logger })
  } catch (error) {
    if (error instanceof OptionError) throw error
    throw new OptionError('databaseUrl', describeOpenError(location, error), { cause: error })
  }
}

// Loaded on demand: who uses one database needs no package of the other, and who uses neither needs no Prisma.
async function open(
  location: DatabaseLocation,
  {
    clock,
    poolSize,
    migrations,
    logger,
  }: { clock: Clock | undefined; poolSize: number; migrations: Migrations; logger: Logger },
): Promise<Store> {
  if (location.provider === 'sqlite') {
    const { openSqliteStore } = await import('./open-sqlite.js')
    return openSqliteStore({ path: location.path, clock, migrations, logger })
  }
  const { openPostgresqlStore } = await import('./open-postgresql.js')
  return openPostgresqlStore({
    url: location.url,
    schema: location.schema,
    clock,
    poolSize: location.poolSize ?? poolSize,
    migrations,
    logger,
  })
}
