import { readFile } from 'node:fs/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaPg } from '@prisma/adapter-pg'
import { expect, inject, test } from 'vitest'
import { derivePostgresqlSchema } from '../../scripts/postgresql-schema.js'
import { diffSchemas, NO_FILTER, withSchemaEngine } from '../../scripts/schema-engine.js'
import { parseDatabaseUrl } from '../../src/store/database-url.js'
import { migrate } from '../../src/store/migrate.js'
import { readMigrations } from '../../src/store/migrations.js'
import { withTarget } from './migration-target.js'
import { emptyTestDatabase, openTestStore, reopen } from './open-test-store.js'

const provider = inject('provider')
const prisma = new URL('../../prisma/', import.meta.url)
const models = await readFile(new URL('schema.prisma', prisma), 'utf8')
const schema = provider === 'sqlite' ? models : derivePostgresqlSchema(models)

function createFactory(databaseUrl: string) {
  const location = parseDatabaseUrl(databaseUrl)
  return location.provider === 'sqlite'
    ? new PrismaBetterSqlite3({ url: location.path })
    : new PrismaPg({ connectionString: location.url })
}

/** What a database consists of, in an order of its own. */
const DESCRIPTION = {
  sqlite: [
    `SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
     FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2`,
    `SELECT t.name, i.name, i."unique", c.seqno, c.name
     FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c ORDER BY 1, 2, 4`,
    `SELECT t.name, k."table", k."from", k."to", k.on_update, k.on_delete
     FROM sqlite_schema t, pragma_foreign_key_list(t.name) k ORDER BY 1, 2, 3`,
  ],
  postgresql: [
    `SELECT table_name::text, column_name::text, data_type::text, datetime_precision::int, is_nullable::text,
       column_default::text
     FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
    `SELECT tablename::text, indexdef::text FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`,
    `SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)::text
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2`,
  ],
}

async function describeDatabase(databaseUrl: string, prepare = ''): Promise<string[]> {
  const connection = await createFactory(databaseUrl).connect()
  try {
    await connection.executeScript(prepare)
    const lines: string[] = []
    for (const sql of DESCRIPTION[provider]) {
      const { rows } = await connection.queryRaw({ sql, args: [], argTypes: [] })
      lines.push(...rows.map((row) => row.map(String).join(' | ')))
    }
    return lines.filter((line) => !/_prisma_migrations|sqlite_sequence/.test(line))
  } finally {
    await connection.dispose()
  }
}

test("PostgreSQL's schema is the one derived from the models", async () => {
  const derived = await readFile(new URL('postgresql/schema.prisma', prisma), 'utf8')
  expect(derived).toBe(derivePostgresqlSchema(models))
})

test('the models have not changed since the last migration was written', async () => {
  const migrated = await readFile(new URL(`${provider}/migrated.prisma`, prisma), 'utf8')
  expect(await diffSchemas({ provider, from: migrated, to: schema })).toBeNull()
})

test('the migrations make the very database that the models describe', async () => {
  const { databaseUrl } = await openTestStore()
  const script = await diffSchemas({ provider, from: null, to: schema })
  const described = await describeDatabase(await emptyTestDatabase(), script ?? '')
  expect(described.length).toBeGreaterThan(40)
  expect(await describeDatabase(databaseUrl)).toEqual(described)
})

if (provider === 'postgresql') {
  test('F30: steps for a database in use make the same of it, may be run again, and keep its rows', async () => {
    const databaseUrl = await emptyTestDatabase()
    const migrations = await readMigrations(provider)
    const insert = `INSERT INTO "audit_events" ("at", "type", "actor", "count") VALUES (now(), 'x', 'y', 1)`
    const ids = await withTarget(databaseUrl, async (target) => {
      for (let end = 1; end <= migrations.length; end++) {
        await migrate(target, migrations.slice(0, end))
        if (migrations[end - 1]?.name.endsWith('audit_events')) await target.runScript(`${insert}; ${insert}`)
      }
      for (const { steps = [] } of migrations) for (const step of steps) await target.runStep(step)
      await target.runScript(insert)
      const store = await reopen(databaseUrl)
      const records = await store.listAuditRecords({ limit: 10 })
      return records.map(({ id }) => id)
    })
    expect(ids).toEqual([3, 2, 1])
    const { databaseUrl: plain } = await openTestStore()
    expect(await describeDatabase(databaseUrl)).toEqual(await describeDatabase(plain))
  })
}

test('Prisma finds nothing to migrate on a database that we migrated, and can take over', async () => {
  const { databaseUrl } = await openTestStore()
  const migrations = await readMigrations(provider)
  const folder = new URL(`${provider}/migrations/`, prisma)
  const lock = await readFile(new URL('migration_lock.toml', folder), 'utf8')
  const migrationsList = {
    baseDir: folder.pathname,
    lockfile: { path: 'migration_lock.toml', content: lock },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  }
  await withSchemaEngine({ schema, factory: createFactory(databaseUrl) }, async (engine) => {
    const history = { migrationsList, optInToShadowDatabase: false, filters: NO_FILTER }
    expect(await engine.diagnoseMigrationHistory(history)).toEqual({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    })
  })
})
