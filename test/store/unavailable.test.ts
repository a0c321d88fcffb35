import { setImmediate } from 'node:timers/promises'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { Store } from '../../src/store/contract.js'
import { StoreUnavailable } from '../../src/store/failures.js'
import { PrismaClient } from '../../src/store/generated/sqlite/client.js'
import { createPrismaStore } from '../../src/store/prisma-store.js'
import { createSqliteAdapterFactory, openSqlite } from '../../src/store/sqlite-adapter.js'
import { sqliteDialect } from '../../src/store/sqlite-dialect.js'
import { openPool } from '../support/postgresql-pool.js'
import { openTestStore } from './open-test-store.js'
import { addSession, addUser, at, newUser } from './records.js'

/** SQLite's own way to a full disk: its file may grow no further. It holds for one connection, here the writer's. */
function openFullStore(path: string, pages: number): Store {
  const factory = createSqliteAdapterFactory(path)
  const adapter = {
    ...factory,
    connect: async () => {
      const connection = await factory.connect()
      await connection.executeScript(`PRAGMA max_page_count = ${pages}`)
      return connection
    },
  }
  const store = createPrismaStore({
    client: new PrismaClient({ adapter }),
    dialect: sqliteDialect,
    clock: undefined,
  })
  onTestFinished(() => store.close())
  return store
}

if (inject('provider') === 'sqlite') {
  test('on a full disk writes are unavailable, what was answered is kept, and reads go on', async () => {
    const { store, databaseUrl } = await openTestStore()
    const first = await addUser(store)
    const full = openFullStore(databaseUrl.slice('file:'.length), 40)

    const kept: string[] = []
    const big = { passwordHash: 'x'.repeat(20_000) }
    const fill = async () => {
      for (;;) kept.push((await addUser(full, big)).id)
    }
    await expect(fill()).rejects.toMatchObject({ name: 'StoreUnavailable', cause: expect.anything() })
    expect(kept.length).toBeGreaterThan(0)
    expect(await full.findUser(first.id)).not.toBeNull()

    const lost = newUser(big)
    const [small, after] = [newUser(), newUser()]
    const transaction = full.transaction(async (tx) => {
      await tx.insertUser(small)
      await tx.insertUser(lost).catch(() => 'and go on')
      // SQLite may have rolled back already: this must not be written outside of the transaction.
      await tx.insertUser(after).catch(() => 'and go on')
    })
    await expect(transaction).rejects.toBeInstanceOf(StoreUnavailable)
    for (const { id } of [lost, small, after]) expect(await full.findUser(id)).toBeNull()
    for (const id of kept) expect(await store.findUser(id)).not.toBeNull()

    // There is room again.
    const roomy = openFullStore(databaseUrl.slice('file:'.length), 4000)
    await addUser(roomy, big)
  })

  test('while another process holds the lock reads go on, the event loop too, and writes wait', async () => {
    const { store, databaseUrl } = await openTestStore()
    const { id: userId } = await addUser(store)
    const session = await addSession(store, { userId })
    const other = await openSqlite(databaseUrl.slice('file:'.length))
    await other.executeScript('BEGIN IMMEDIATE')

    const order: string[] = []
    const writes = [
      store.updateUser(userId, { version: 2 }).then(() => order.push('plain write')),
      store
        .transaction((tx) => tx.markRevoked(session.accessJti, at(1), 'owner'))
        .then(() => order.push('transaction')),
    ]
    for (let turn = 0; turn < 50; turn++) {
      expect(await store.findUser(userId)).toMatchObject({ version: 1 })
      await setImmediate()
    }
    order.push('released')
    await other.executeScript('COMMIT')
    await other.dispose()
    await Promise.all(writes)
    expect(order).toEqual(['released', 'plain write', 'transaction'])
  })
} else {
  test.each([
    ['a full disk', '53100'],
    ['too many connections', '53300'],
    ['a server that shuts down', '57P01'],
    ['a server that has become a standby', '25006'],
    ['a deadlock', '40P01'],
    ['a lock that was not given', '55P03'],
  ])('%s is the database being unavailable', async (_, code) => {
    const { store, databaseUrl } = await openTestStore()
    const pool = await openPool(databaseUrl, 1)
    await pool.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'made to fail' USING ERRCODE = '${code}'; END $$`)
    await pool.query('CREATE TRIGGER fail BEFORE INSERT ON users EXECUTE FUNCTION fail()')
    await pool.query('CREATE TRIGGER fail BEFORE INSERT ON revocations EXECUTE FUNCTION fail()')
    await pool.end()

    const user = newUser()
    await expect(store.insertUser(user)).rejects.toMatchObject({
      name: 'StoreUnavailable',
      cause: expect.anything(),
    })
    const transaction = store.transaction((tx) =>
      tx.appendRevocations([
        { scope: 'token', key: 'k', effect: 'revoked', issuedBefore: null, expiresAt: null },
      ]),
    )
    await expect(transaction).rejects.toBeInstanceOf(StoreUnavailable)
    expect(await store.findUser(user.id)).toBeNull()
  })

  test('a database that goes away and comes back is used again', async () => {
    const { store, databaseUrl } = await openTestStore()
    const pool = await openPool(databaseUrl, 1)
    const terminate = () =>
      pool.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    const user = await addUser(store)

    // While the connections are idle: they are replaced.
    await Promise.all(Array.from({ length: 10 }, () => store.findUser(user.id)))
    await terminate()
    await expect.poll(() => store.findUser(user.id).catch(() => 'unavailable')).toMatchObject({ id: user.id })

    // In the middle of a transaction: it is lost, and nothing of it is kept.
    const lost = newUser()
    const transaction = store.transaction(async (tx) => {
      await tx.insertUser(lost)
      await terminate()
      await tx.findUser(lost.id)
    })
    await expect(transaction).rejects.toBeInstanceOf(StoreUnavailable)
    expect(await store.findUser(lost.id)).toBeNull()
    await store.transaction((tx) => tx.insertUser(lost))
    expect(await store.findUser(lost.id)).not.toBeNull()
    await pool.end()
  })
}
