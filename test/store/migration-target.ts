import { parseDatabaseUrl } from '../../src/store/database-url.js'
import type { MigrationTarget } from '../../src/store/migrate.js'
import { openPostgresqlMigration } from '../../src/store/postgresql-migration.js'
import { openSqliteMigration } from '../../src/store/sqlite-migration.js'

/** Opens a database as a start does, for as long as `work` takes. */
export async function withTarget<T>(
  databaseUrl: string,
  work: (target: MigrationTarget) => Promise<T>,
): Promise<T> {
  const location = parseDatabaseUrl(databaseUrl)
  const target =
    location.provider === 'sqlite'
      ? await openSqliteMigration(location.path)
      : await openPostgresqlMigration({ connectionString: location.url }, location.schema)
  try {
    return await work(target)
  } finally {
    await target.close()
  }
}
