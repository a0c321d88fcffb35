import type { SqlDriverAdapter, SqlQuery } from '@prisma/driver-adapter-utils'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/open-store.js'
import { createPostgresqlAdapterFactory } from '../../src/store/postgresql-adapter.js'
import { freshDatabase } from '../support/database.js'
import { openPool } from '../support/postgresql-pool.js'
import { openTestStore } from './open-test-store.js'
import { addUser } from './records.js'

const sql = (text: string): SqlQuery => ({ sql: text, args: [], argTypes: [] })

/** The adapter on a database of its own, with one connection, and somebody else's connection beside it. */
async function openAdapter(config: { query_timeout?: number } = {}) {
  const { databaseUrl, drop } = await freshDatabase()
  const other = await openPool(databaseUrl, 2)
  const factory = createPostgresqlAdapterFactory(
    { connectionString: databaseUrl, max: 1, ...config },
    'public',
  )
  const adapter = await factory.connect()
  onTestFinished(async () => {
    await adapter.dispose()
    await other.end()
    await drop()
  })
  await adapter.executeRaw(sql('CREATE TABLE written (name text)'))
  const written = async () =>
    (await other.query('SELECT name FROM written ORDER BY name')).rows.map(({ name }) => name)
  return { adapter, other, written }
}

async function read(queryable: Pick<SqlDriverAdapter, 'queryRaw'>, text: string): Promise<unknown> {
  return (await queryable.queryRaw(sql(text))).rows[0]?.[0]
}

const PID = 'SELECT pg_backend_pid()'

function describeConnections() {
  /** What becomes of `half` must not hang on what `next` does. */
  async function expectGone({ adapter, written }: Awaited<ReturnType<typeof openAdapter>>, pid: unknown) {
    const next = await adapter.startTransaction()
    expect(await read(next, PID)).not.toBe(pid)
    await next.executeRaw(sql("INSERT INTO written VALUES ('next')"))
    await next.commit()
    expect(await written()).toEqual(['next'])
  }

  test('the driver gave up on is closed: nobody else commits half of it', async () => {
    const ground = await openAdapter({ query_timeout: 300 })
    const transaction = await ground.adapter.startTransaction()
    const pid = await read(transaction, PID)
    await transaction.executeRaw(sql("INSERT INTO written VALUES ('half')"))
    await expect(transaction.executeRaw(sql('SELECT pg_sleep(2)'))).rejects.toThrow()
    await transaction.rollback()
    await expectGone(ground, pid)
  })

  test('is given up while a statement is under way is closed', async () => {
    const ground = await openAdapter()
    const transaction = await ground.adapter.startTransaction()
    const pid = await read(transaction, PID)
    await transaction.executeRaw(sql("INSERT INTO written VALUES ('half')"))
    const late = transaction.executeRaw(sql('SELECT pg_sleep(1)')).catch((error: unknown) => error)
    await transaction.rollback()
    await expectGone(ground, pid)
    expect(await late).toBeInstanceOf(Error)
  })

  test('is given up while COMMIT is under way is closed, and holds wholly or not at all', async () => {
    const ground = await openAdapter({ query_timeout: 300 })
    const { other, adapter, written } = ground
    await other.query(`CREATE TABLE slow (name text);
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()`)
    const transaction = await adapter.startTransaction()
    const pid = await read(transaction, PID)
    await transaction.executeRaw(sql("INSERT INTO written VALUES ('one')"))
    await transaction.executeRaw(sql("INSERT INTO slow VALUES ('two')"))
    await expect(transaction.commit()).rejects.toThrow()
    const next = await adapter.startTransaction()
    expect(await read(next, PID)).not.toBe(pid)
    await next.rollback()
    await expect
      .poll(async () => (await other.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount)
      .toBe(0)
    const [names, slow] = [await written(), (await other.query('SELECT name FROM slow')).rows]
    expect([names.length, slow.length]).toEqual(names.length === 1 ? [1, 1] : [0, 0])
  })

  test('loses its server is closed, and its place in the pool is free again', async () => {
    const ground = await openAdapter()
    const transaction = await ground.adapter.startTransaction()
    const pid = await read(transaction, PID)
    await transaction.executeRaw(sql("INSERT INTO written VALUES ('half')"))
    await ground.other.query('SELECT pg_terminate_backend($1)', [pid])
    // Also when nobody asks anything of it any more, as where Prisma gave up waiting for it.
    await expectGone(ground, pid)
    await expect(transaction.executeRaw(sql('SELECT 1'))).rejects.toThrow()
    await expect(transaction.commit()).rejects.toThrow()
  })

  test('had failed does not commit, and says so', async () => {
    const { adapter, written } = await openAdapter()
    const transaction = await adapter.startTransaction()
    await transaction.executeRaw(sql("INSERT INTO written VALUES ('half')"))
    await expect(transaction.executeRaw(sql('SELECT 1 / 0'))).rejects.toThrow()
    await expect(transaction.commit()).rejects.toThrow('rolled back')
    expect(await written()).toEqual([])
  })

  test('ended well is used again', async () => {
    const { adapter, written } = await openAdapter()
    const pids: unknown[] = []
    for (const end of ['commit', 'rollback', 'commit'] as const) {
      const transaction = await adapter.startTransaction()
      pids.push(await read(transaction, PID))
      await transaction.executeRaw(sql(`INSERT INTO written VALUES ('${end}')`))
      await transaction[end]()
    }
    expect(new Set(pids).size).toBe(1)
    expect(await written()).toEqual(['commit', 'commit'])
  })

  test('begins on a connection that is over begins on another', async () => {
    const { adapter, other } = await openAdapter()
    const pid = await read(adapter, PID)
    await other.query('SELECT pg_terminate_backend($1)', [pid])
    const transaction = await adapter.startTransaction()
    expect(await read(transaction, PID)).not.toBe(pid)
    await transaction.commit()
  })

  test('is lost under a statement of its own: a read runs once more, a write does not', async () => {
    const { adapter, other, written } = await openAdapter()
    const sleep = "(SELECT 'late' FROM pg_sleep(0.5))"
    const terminate = async () => {
      const running =
        "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%0.5%' AND pid <> pg_backend_pid()"
      await expect.poll(async () => (await other.query(running)).rowCount).toBe(1)
      await other.query(`SELECT pg_terminate_backend(pid) FROM (${running}) AS found`)
    }
    const reading = read(adapter, `SELECT ${sleep}`)
    await terminate()
    expect(await reading).toBe('late')

    for (const insert of [`INSERT INTO written ${sleep}`, `INSERT INTO written ${sleep} RETURNING name`]) {
      const writing = adapter.queryRaw(sql(insert)).catch((error: unknown) => error)
      await terminate()
      expect(await writing).toBeInstanceOf(Error)
    }
    expect(await written()).toEqual([])
  })

  test('waits for a row gives up before its caller does, and holds its limits in the transaction alone', async () => {
    const { adapter } = await openAdapter()
    const transaction = await adapter.startTransaction()
    const names = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']
    const values = await Promise.all(
      names.map((name) => read(transaction, `SELECT current_setting('${name}')`)),
    )
    expect(values).toEqual(['5s', '8s', '8s'])
    await transaction.commit()
    expect(await read(adapter, "SELECT current_setting('idle_in_transaction_session_timeout')")).toBe('0')
  })
}

function describeSettings() {
  test('change nothing of ours: isolation, the style of dates, read-only by default', async () => {
    const { databaseUrl, drop } = await freshDatabase()
    onTestFinished(drop)
    const other = await openPool(databaseUrl, 1)
    const name = new URL(databaseUrl).pathname.slice(1)
    await other.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable';
      ALTER DATABASE ${name} SET default_transaction_read_only = on;
      ALTER DATABASE ${name} SET DateStyle = 'German, DMY'; ALTER DATABASE ${name} SET TimeZone = 'Asia/Tokyo'`)
    await other.end()
    const adapter = await createPostgresqlAdapterFactory(
      { connectionString: databaseUrl },
      'public',
    ).connect()
    const transaction = await adapter.startTransaction()
    for (const queryable of [adapter, transaction]) {
      expect(await read(queryable, "SELECT current_setting('transaction_isolation')")).toBe('read committed')
      expect(await read(queryable, "SELECT current_setting('DateStyle')")).toBe('ISO, MDY')
      expect(await read(queryable, "SELECT TIMESTAMPTZ '2026-12-01 10:00:00+00'")).toMatch(/^2026-12-01[T ]1/)
    }
    await transaction.executeRaw(sql('CREATE TABLE written (name text)'))
    await transaction.commit()
    expect(await adapter.executeRaw(sql("INSERT INTO written VALUES ('outside of a transaction')"))).toBe(1)
    await adapter.dispose()
  })
}

function describeUrl() {
  test('its connection_limit, or max, is the number of connections; its application_name is kept', async () => {
    const { databaseUrl, drop } = await freshDatabase()
    onTestFinished(drop)
    const other = await openPool(databaseUrl, 1)
    onTestFinished(() => other.end())
    for (const name of ['connection_limit', 'max']) {
      const store = await openStore({ databaseUrl: `${databaseUrl}?${name}=3&application_name=${name}` })
      await Promise.all(Array.from({ length: 20 }, () => store.transaction((tx) => tx.findUser('nobody'))))
      const count = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1'
      // Three for requests, at most two for the feed and the clock.
      const [{ count: connections }] = (await other.query(count, [name])).rows
      expect(connections).toBeGreaterThanOrEqual(3)
      expect(connections).toBeLessThanOrEqual(5)
      await store.close()
    }
  })

  test.each(['0', '-1', 'many', '1.5', ''])('its connection_limit may not be %j', async (size) => {
    const opened = openStore({ databaseUrl: `postgresql://localhost/x?connection_limit=${size}` })
    await expect(opened).rejects.toThrow(
      "databaseUrl: its 'connection_limit' must be a number of connections",
    )
  })
}

if (inject('provider') === 'postgresql') {
  describe('F31: the URL', describeUrl)
  describe('F1 and F25: a connection whose transaction', describeConnections)
  describe('F4: settings of the database', describeSettings)
}

test('F3: revocations and the clock are read though every connection is taken', async () => {
  const { store, databaseUrl } = await openTestStore()
  const small = await openStore({ databaseUrl, poolSize: 2 })
  onTestFinished(() => small.close())
  const users = [await addUser(store), await addUser(store)]
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const held = users.map(({ id }) =>
    small.transaction(async (tx) => {
      await tx.lockUser(id)
      await released
    }),
  )
  expect((await small.readRevocations(0, 10)).entries).toEqual([])
  expect(await small.now()).toBeInstanceOf(Date)
  release()
  await Promise.all(held)
})
