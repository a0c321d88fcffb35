import { expect, inject, test } from 'vitest'
import { findLongLocks, isExpanding } from '../../scripts/online-migration.js'
import { MigrationError, migrate } from '../../src/store/migrate.js'
import { type Migration, readCompatibility, readMigrations } from '../../src/store/migrations.js'
import { openStore } from '../../src/store/open-store.js'
import { openPool } from '../support/postgresql-pool.js'
import { createTestLogger } from '../support/test-logger.js'
import { withTarget } from './migration-target.js'
import { emptyTestDatabase, openTestStore, reopen } from './open-test-store.js'

const provider = inject('provider')
const committed = await readMigrations(provider)
const OLDEST = committed[0]?.name ?? ''
const NEWER = '99990101000000_newer'

/** A migration of a version after this one. */
function newer(compatibleWith: string, statement = 'CREATE TABLE "newer" ("id" INTEGER);'): Migration {
  return { name: NEWER, sql: `-- compatible-with: ${compatibleWith}\n${statement}`, checksum: 'a'.repeat(64) }
}

function migrateTo(databaseUrl: string, migrations: readonly Migration[]): Promise<string[]> {
  return withTarget(databaseUrl, (target) => migrate(target, migrations))
}

test.each(['all', OLDEST])(
  'F30: this version opens a newer schema that is compatible with %s, and logs the unknown migration',
  async (compatibleWith) => {
    const { databaseUrl } = await openTestStore()
    const statement = 'ALTER TABLE "users" ADD COLUMN "newer" INTEGER NOT NULL DEFAULT 0;'
    await migrateTo(databaseUrl, [...committed, newer(compatibleWith, statement)])
    for (const migrations of ['apply', 'require'] as const) {
      const logger = createTestLogger()
      const store = await openStore({ databaseUrl, migrations, logger })
      expect(await store.findUser('x')).toBeNull()
      await store.close()
      expect(logger.lines).toEqual([
        expect.objectContaining({ level: 'warn', fields: { migrations: [NEWER] } }),
      ])
    }
  },
)

test.each([NEWER, '99990101000001_later'])(
  'F30: this version refuses a newer schema that is compatible with %s alone, and says what to do',
  async (compatibleWith) => {
    const { databaseUrl } = await openTestStore()
    await migrateTo(databaseUrl, [...committed, newer(compatibleWith)])
    await expect(openStore({ databaseUrl })).rejects.toMatchObject({
      ...{ name: 'OptionError', option: 'databaseUrl' },
      message: expect.stringMatching(
        new RegExp(
          `the database has the migration ${NEWER}, unknown here: .*Start the newer version, or restore`,
        ),
      ),
    })
  },
)

test('F30: a database that needs a migration can be required not to, and the refusal names all and the command', async () => {
  const databaseUrl = await emptyTestDatabase()
  await migrateTo(databaseUrl, committed.slice(0, -2))
  const [last, newest] = committed.slice(-2).map(({ name }) => name)
  await expect(openStore({ databaseUrl, migrations: 'require' })).rejects.toThrow(
    `the migrations ${last}, ${newest} are pending, and \`npx sallyport migrate\` applies them`,
  )
  await (await reopen(databaseUrl)).close()
  await (await openStore({ databaseUrl, migrations: 'require' })).close()
})

test('F30: a migration that fails for good shows its cause', async () => {
  const databaseUrl = await emptyTestDatabase()
  await withTarget(databaseUrl, (target) => target.runScript('CREATE TABLE "users" ("id" INTEGER)'))
  await expect(openStore({ databaseUrl })).rejects.toThrow(
    provider === 'postgresql'
      ? `the migration ${OLDEST} failed, and nothing was changed: relation "users" already exists (42P07)`
      : `the migration ${OLDEST} failed, and nothing was changed: table "users" already exists`,
  )
})

test('F30: a start waits for the process that migrates, says so, and gives up in time', async () => {
  const databaseUrl = await emptyTestDatabase()
  await withTarget(databaseUrl, async (holder) => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let held: Promise<boolean> | undefined
    await new Promise<void>((resolve) => {
      held = holder.tryExclusively(async () => {
        resolve()
        await released
      })
    })
    const logger = createTestLogger()
    const waiting = withTarget(databaseUrl, (target) => migrate(target, committed, { logger }))
    await expect(
      withTarget(databaseUrl, (target) => migrate(target, committed, { limits: { turnMs: 1_300 } })),
    ).rejects.toThrow('another process migrates it')
    release()
    await held
    expect(await waiting).toHaveLength(committed.length)
    expect(logger.lines[0]).toMatchObject({
      level: 'warn',
      fields: { migration: OLDEST },
      message: 'waiting for another process that migrates the database',
    })
  })
})

test('F30: each migration since the rule says which versions can use its schema, and expands if that is all', () => {
  for (const migration of committed.filter(({ name }) => name > '20261127')) {
    const compatibleWith = readCompatibility(migration)
    expect([migration.name, compatibleWith]).not.toEqual([migration.name, undefined])
    if (provider === 'postgresql' && compatibleWith === 'all') {
      expect([migration.name, isExpanding(migration.sql)]).toEqual([migration.name, true])
    }
  }
})

if (provider === 'postgresql') {
  test('F30: a migration that locks a table in use for long has steps that do not', () => {
    for (const { name, sql } of committed.filter(({ steps }) => steps === undefined)) {
      expect([name, findLongLocks(sql)]).toEqual([name, []])
    }
  })

  test.each([
    ['CREATE TABLE "a" ("b" TEXT NOT NULL);\nCREATE UNIQUE INDEX "c" ON "a"("b");', true],
    ['ALTER TABLE "a" ADD COLUMN "b" TEXT;', true],
    ['ALTER TABLE "a" ADD COLUMN "b" INTEGER NOT NULL DEFAULT 0,\nADD COLUMN "c" TEXT;', true],
    ['ALTER TABLE "a" ADD COLUMN "b" TEXT,\nADD COLUMN "c" TEXT NOT NULL;', false],
    ['ALTER TABLE "a" ADD COLUMN "b" TEXT,\nDROP COLUMN "c";', false],
    ['ALTER TABLE "a" RENAME COLUMN "b" TO "c";', false],
    ['CREATE UNIQUE INDEX "c" ON "a"("b");', false],
    ['CREATE INDEX "c" ON "a"("b");\n\n-- DropTable\nDROP TABLE "d";', false],
  ])('F30: `%s` is known to expand: %s', (sql, expands) => {
    expect(isExpanding(sql)).toBe(expands)
  })

  test('F30: a migration that deadlocks with a running transaction succeeds when it is tried again', async () => {
    const { databaseUrl } = await openTestStore()
    const pool = await openPool(databaseUrl)
    // The migration notices the deadlock before its lock times out.
    await pool.query(
      `ALTER DATABASE "${new URL(databaseUrl).pathname.slice(1)}" SET deadlock_timeout = '100ms'`,
    )
    const client = await pool.connect()
    try {
      await client.query(`SET deadlock_timeout = '10s'; BEGIN; LOCK TABLE "tokens" IN ROW EXCLUSIVE MODE`)
      const logger = createTestLogger()
      const migration = newer(
        'all',
        'ALTER TABLE "users" ADD COLUMN "newer" TEXT; ALTER TABLE "tokens" ADD COLUMN "newer" TEXT;',
      )
      const migrated = withTarget(databaseUrl, (target) =>
        migrate(target, [...committed, migration], { logger }),
      )
      await untilBlocked(databaseUrl)
      await client.query('SELECT count(*) FROM "users"; COMMIT')
      expect(await migrated).toEqual([NEWER])
      expect(logger.lines[0]).toMatchObject({ level: 'warn', fields: { migration: NEWER, code: '40P01' } })
    } finally {
      client.release(true)
      await pool.end()
    }
  })

  test('F30: a migration that waits for a lock lets traffic pass, and says in the end why it failed', async () => {
    const { store, databaseUrl } = await openTestStore()
    const pool = await openPool(databaseUrl)
    const client = await pool.connect()
    try {
      await client.query('BEGIN; SELECT count(*) FROM "users"')
      const migration = newer('all', 'ALTER TABLE "users" ADD COLUMN "newer" TEXT;')
      const migrated = withTarget(databaseUrl, (target) =>
        migrate(target, [...committed, migration], { limits: { retryMs: 2_000 } }),
      ).catch((error: unknown) => error)
      let longestMs = 0
      let over = false
      void migrated.then(() => {
        over = true
      })
      while (!over) {
        const start = performance.now()
        await store.findUser('x')
        longestMs = Math.max(longestMs, performance.now() - start)
      }
      expect(await migrated).toBeInstanceOf(MigrationError)
      expect(await migrated).toMatchObject({ cause: { code: '55P03' } })
      // Half a second, and what a busy machine adds.
      expect(longestMs).toBeLessThan(2_000)
    } finally {
      client.release(true)
      await pool.end()
    }
  })

  test('F30: an online migration makes the index while others write, in place of one that was left invalid', async () => {
    const { databaseUrl } = await openTestStore()
    const step = `-- Step: one index
CREATE INDEX CONCURRENTLY IF NOT EXISTS "newer_idx" ON :"schema"."users"("version");`
    const online = { ...newer('all', 'CREATE INDEX "newer_idx" ON "users"("version");'), steps: [step] }
    const pool = await openPool(databaseUrl)
    const client = await pool.connect()
    try {
      await pool.query('CREATE INDEX "newer_idx" ON "users"("email")')
      const name = new URL(databaseUrl).pathname.slice(1)
      await pool.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`)
      await pool.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'newer_idx'::regclass`)
      // A writer is under way, and five instances start.
      await client.query(`BEGIN; LOCK TABLE "users" IN ROW EXCLUSIVE MODE`)
      const starts = Array.from({ length: 5 }, () => migrateTo(databaseUrl, [...committed, online]))
      await untilBlocked(databaseUrl)
      await client.query('COMMIT')
      expect((await Promise.all(starts)).flat()).toEqual([NEWER])
      const { rows } = await pool.query(
        `SELECT indisvalid, pg_get_indexdef(indexrelid) AS text FROM pg_index WHERE indexrelid = 'newer_idx'::regclass`,
      )
      expect(rows).toEqual([{ indisvalid: true, text: expect.stringContaining('(version)') }])
    } finally {
      client.release(true)
      await pool.end()
    }
  })

  /** Resolves when a session of the database waits for another's lock. */
  async function untilBlocked(databaseUrl: string): Promise<void> {
    const pool = await openPool(databaseUrl, 1)
    try {
      await expect
        .poll(
          async () => {
            const blocked = await pool.query(
              `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
            )
            return blocked.rowCount
          },
          { timeout: 20_000, interval: 10 },
        )
        .toBeGreaterThan(0)
    } finally {
      await pool.end()
    }
  }
}
