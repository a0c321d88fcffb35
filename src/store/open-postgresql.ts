import type { PoolConfig } from 'pg'
import type { Clock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import { CLIENT_OPTIONS } from './client-options.js'
import type { Store } from './contract.js'
import { PrismaClient } from './generated/postgresql/client.js'
import type { PrismaClient as SqliteClient } from './generated/sqlite/client.js'
import { type Migrations, prepare } from './migrate.js'
import { readMigrations } from './migrations.js'
import { createPostgresqlAdapterFactory } from './postgresql-adapter.js'
import { createPostgresqlDialect } from './postgresql-dialect.js'
import { openPostgresqlMigration } from './postgresql-migration.js'
import { createPrismaStore } from './prisma-store.js'

/** Opens a PostgreSQL database that is there. */
export async function openPostgresqlStore({
  url,
  schema,
  clock,
  poolSize,
  migrations,
  logger,
}: {
  url: string
  schema: string
  clock: Clock | undefined
  poolSize: number
  migrations: Migrations
  logger: Logger
}): Promise<Store> {
  const config: PoolConfig = {
    connectionString: url,
    max: poolSize,
    // pg would wait for ever.
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A network that swallows everything.
    query_timeout: 15_000,
  }
  const target = await openPostgresqlMigration(config, schema)
  try {
    await prepare(target, await readMigrations('postgresql'), { how: migrations, logger })
  } finally {
    await target.close()
  }
  const client = new PrismaClient({
    adapter: createPostgresqlAdapterFactory(config, schema),
    ...CLIENT_OPTIONS,
  })
  await client.$connect()
  // The two clients are made from the same models; SQLite's types are the narrower.
  return createPrismaStore({
    client: client as unknown as SqliteClient,
    dialect: createPostgresqlDialect(schema),
    clock,
  })
}
