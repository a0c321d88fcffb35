import { access, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import { makePrivateFolder } from '../base/private-folder.js'
import { CLIENT_OPTIONS } from './client-options.js'
import type { Store } from './contract.js'
import { PrismaClient } from './generated/sqlite/client.js'
import { type Migrations, prepare } from './migrate.js'
import { readMigrations } from './migrations.js'
import { createPrismaStore } from './prisma-store.js'
import { createSqliteAdapterFactory } from './sqlite-adapter.js'
import { sqliteDialect } from './sqlite-dialect.js'
import { openSqliteMigration } from './sqlite-migration.js'

/** Opens a SQLite file. Where migrations may be applied it is made when missing: 0600, in a folder of 0700. */
export async function openSqliteStore({
  path,
  clock,
  migrations,
  logger,
}: {
  path: string
  clock: Clock | undefined
  migrations: Migrations
  logger: Logger
}): Promise<Store> {
  if (migrations === 'apply') await makeFile(path)
  // SQLite would make it.
  else await access(path)

  const target = await openSqliteMigration(path)
  try {
    await prepare(target, await readMigrations('sqlite'), { how: migrations, logger })
  } finally {
    await target.close()
  }
  const client = new PrismaClient({
    adapter: createSqliteAdapterFactory(path),
    ...CLIENT_OPTIONS,
  })
  await client.$connect()
  return createPrismaStore({ client, dialect: sqliteDialect, clock })
}

async function makeFile(path: string): Promise<void> {
  makePrivateFolder(dirname(path))
  // SQLite would make it readable by others. Its `-wal` and `-shm` get the mode of the file.
  const file = await open(path, 'a', 0o600)
  await file.close()
}
