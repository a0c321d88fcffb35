import { expect, inject, test } from 'vitest'
import { migrate } from '../../src/store/migrate.js'
import { type Migration, readCompatibility, readMigrations } from '../../src/store/migrations.js'
import { startChild } from './child.js'
import { withTarget } from './migration-target.js'
import { emptyTestDatabase, openTestStore, reopen } from './open-test-store.js'

const committed = await readMigrations(inject('provider'))

function further(sql: string, checksum = 'a'.repeat(64)): Migration {
  return { name: '99990101000000_further', sql, checksum }
}

test('an empty database gets every migration, in order, and each is recorded as Prisma does', async () => {
  const databaseUrl = await emptyTestDatabase()
  const names = committed.map(({ name }) => name)
  expect(names).toEqual([...names].sort())
  expect(await withTarget(databaseUrl, (target) => migrate(target, committed))).toEqual(names)
  expect(await withTarget(databaseUrl, (target) => target.readRecords())).toEqual(
    committed.map((migration) => ({
      ...{ name: migration.name, checksum: migration.checksum },
      compatibleWith: readCompatibility(migration),
      ...{ finished: true, rolledBack: false },
    })),
  )
  const store = await reopen(databaseUrl)
  expect(await store.findUser('nobody')).toBeNull()
})

test('when nothing is to do one query says so', async () => {
  const { databaseUrl } = await openTestStore()
  await withTarget(databaseUrl, async (target) => {
    const asked: string[] = []
    const watched = new Proxy(target, {
      get: (object, name, receiver) => {
        asked.push(String(name))
        return Reflect.get(object, name, receiver)
      },
    })
    expect(await migrate(watched, committed)).toEqual([])
    expect(asked).toEqual(['readRecords'])
  })
})

test('a further migration runs on a database in use, with what was there', async () => {
  const { store, databaseUrl } = await openTestStore()
  const sql = `ALTER TABLE "users" ADD COLUMN "nickname" TEXT DEFAULT 'a;b''c';
    -- a comment; with a semicolon
    CREATE TABLE "further" ("id" INTEGER NOT NULL PRIMARY KEY);`
  const applied = await withTarget(databaseUrl, (target) => migrate(target, [...committed, further(sql)]))
  expect(applied).toEqual(['99990101000000_further'])
  expect(await store.findUser('nobody')).toBeNull()
})

test('of two migrations of which the second fails nothing is left, and the mended ones run', async () => {
  const databaseUrl = await emptyTestDatabase()
  const broken = further('CREATE TABLE "further" ("id" INTEGER); INSERT INTO "no_such_table" VALUES (1);')
  const failing = withTarget(databaseUrl, (target) => migrate(target, [...committed, broken]))
  await expect(failing).rejects.toThrow(
    'the migration 99990101000000_further failed, and nothing was changed',
  )
  expect(await withTarget(databaseUrl, (target) => target.readRecords())).toEqual([])

  const mended = further('CREATE TABLE "further" ("id" INTEGER);')
  const applied = await withTarget(databaseUrl, (target) => migrate(target, [...committed, mended]))
  expect(applied).toEqual([...committed.map(({ name }) => name), mended.name])
})

test('a migration that was changed since it ran is refused by name', async () => {
  const { databaseUrl } = await openTestStore()
  const changed = committed.map((migration) => ({ ...migration, checksum: 'b'.repeat(64) }))
  const failing = withTarget(databaseUrl, (target) => migrate(target, changed))
  await expect(failing).rejects.toThrow(`the migration ${committed[0]?.name} is not the one that ran`)
})

test("a newer version's database is refused, by the name of the unknown migration", async () => {
  const { databaseUrl } = await openTestStore()
  const newer = further('CREATE TABLE "further" ("id" INTEGER);')
  await withTarget(databaseUrl, (target) => migrate(target, [...committed, newer]))
  await expect(reopen(databaseUrl)).rejects.toMatchObject({
    ...{ name: 'OptionError', option: 'databaseUrl' },
    message: expect.stringContaining('99990101000000_further, unknown here: a newer version has migrated it'),
  })
})

test('a migration that Prisma left half-way is refused by name; one that it rolled back runs', async () => {
  const databaseUrl = await emptyTestDatabase()
  await withTarget(databaseUrl, async (target) => {
    await target.ensureRecords()
    await target.addRecord({ id: 'x', name: committed[0]?.name ?? '', checksum: 'c'.repeat(64) })
    await target.runScript('UPDATE _prisma_migrations SET finished_at = NULL')
    await expect(migrate(target, committed)).rejects.toThrow("failed half-way: see 'prisma migrate resolve'")
    await target.runScript('UPDATE _prisma_migrations SET rolled_back_at = CURRENT_TIMESTAMP')
    expect(await migrate(target, committed)).toEqual(committed.map(({ name }) => name))
  })
})

test('a migration that leaves rows without their parent is refused', async () => {
  const { store, databaseUrl } = await openTestStore()
  const orphan = further(
    `INSERT INTO "tokens" ("jti", "type", "user_id", "fresh", "issued_at")
     VALUES ('j', 'access', 'nobody', TRUE, '2031-01-01T00:00:00.000+00:00')`,
  )
  const failing = withTarget(databaseUrl, (target) => migrate(target, [...committed, orphan]))
  await expect(failing).rejects.toThrow()
  expect(await store.findToken('j')).toBeNull()
})

test('of 8 processes that open an empty database at once one migrates, and all open it', {
  timeout: 90_000,
}, async () => {
  const databaseUrl = await emptyTestDatabase()
  const children = Array.from({ length: 8 }, () => startChild('open', databaseUrl))
  for (const child of children) expect(await child.lines.next()).toMatchObject({ value: 'ready' })
  for (const child of children) child.process.stdin.write('go\n')
  for (const child of children) expect(await child.ended).toEqual({ code: 0, errors: '' })
  const records = await withTarget(databaseUrl, (target) => target.readRecords())
  expect(records.map(({ name }) => name)).toEqual(committed.map(({ name }) => name))
})
