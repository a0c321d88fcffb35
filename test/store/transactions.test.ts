import { setImmediate } from 'node:timers/promises'
import { expect, inject, test, vi } from 'vitest'
import { StoreConflict, StoreUnavailable } from '../../src/store/failures.js'
import { openPool } from '../support/postgresql-pool.js'
import { openTestStore, reopen } from './open-test-store.js'
import { addSession, addUser, at, newUser } from './records.js'

test('what a transaction wrote is there when it ends, and its result is answered', async () => {
  const { store } = await openTestStore()
  const user = newUser()
  const answer = await store.transaction(async (tx) => {
    await tx.insertUser(user)
    return (await tx.findUser(user.id))?.id
  })
  expect(answer).toBe(user.id)
  expect(await store.findUser(user.id)).not.toBeNull()
})

test('what a transaction throws is thrown again, the very same, and nothing is written', async () => {
  const { store } = await openTestStore()
  const user = newUser()
  const reason = { any: 'thing' }
  const failing = store.transaction(async (tx) => {
    await tx.insertUser(user)
    throw reason
  })
  await expect(failing).rejects.toBe(reason)
  expect(await store.findUser(user.id)).toBeNull()
})

test("a plain write during another request's failing transaction survives", async () => {
  const { store } = await openTestStore()
  const [inside, beside] = [newUser(), newUser()]
  let plainWrite: Promise<void> = Promise.resolve()
  const failing = store.transaction(async (tx) => {
    await tx.insertUser(inside)
    plainWrite = store.insertUser(beside)
    // The other request gets as far as it can, before this one fails.
    await tx.findUser(inside.id)
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  await plainWrite
  expect(await store.findUser(inside.id)).toBeNull()
  expect(await store.findUser(beside.id)).not.toBeNull()
})

test('what a transaction has not committed nobody else reads', async () => {
  const { store } = await openTestStore()
  const user = newUser({ usernameKey: 'ada' })
  await store.transaction(async (tx) => {
    await tx.insertUser(user)
    expect(await store.findUser(user.id)).toBeNull()
    expect(await store.findUserByUsername('ada')).toBeNull()
    expect(await tx.findUserByUsername('ada')).not.toBeNull()
  })
  expect(await store.findUserByUsername('ada')).not.toBeNull()
})

test('a failed statement fails its transaction, though its error was caught', async () => {
  const { store } = await openTestStore()
  await addUser(store, { usernameKey: 'ada' })
  const [before, after] = [newUser(), newUser()]
  const caught: unknown[] = []
  const outcome = store.transaction(async (tx) => {
    await tx.insertUser(before)
    await tx.insertUser(newUser({ usernameKey: 'ada' })).catch((error) => caught.push(error))
    await tx.insertUser(after).catch((error) => caught.push(error))
    return 'all well'
  })
  await expect(outcome).rejects.toBeInstanceOf(StoreConflict)
  expect(caught).toHaveLength(2)
  expect(await store.findUser(before.id)).toBeNull()
  expect(await store.findUser(after.id)).toBeNull()
})

test('sessions that end outside a transaction end with their tokens or not at all', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId })
  const failing = store.transaction(async (tx) => {
    await tx.endSessions({ userId, at: at(1), reason: 'owner' })
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(await store.findSession(session.id)).toMatchObject({ revokedAt: null })
  expect(await store.findToken(session.accessJti)).toMatchObject({ revokedAt: null })
})

test('of 40 that lock a user, read and write in two instances, no write is lost', async () => {
  const { store, databaseUrl } = await openTestStore()
  const another = await reopen(databaseUrl)
  const { id } = await addUser(store, { version: 0, roles: ['a', 'b'] })
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? store : another).transaction(async (tx) => {
        const user = await tx.lockUser(id)
        await tx.updateUser(id, { version: (user?.version ?? Number.NaN) + 1 })
      }),
    ),
  )
  expect(await store.findUser(id)).toMatchObject({ version: 40 })
})

test('a locked user is read as it is, and an unknown one is null', async () => {
  const { store } = await openTestStore()
  const { usernameKey, emailKey, ...user } = await addUser(store, {
    ...{ username: 'Ada', email: 'a@b.c', passwordHash: 'hash', roles: ['admin', 'x'] },
    ...{ createdAt: at(0.123), disabledAt: at(1), deletedAt: at(2), version: 3 },
  })
  expect(await store.transaction((tx) => tx.lockUser(user.id))).toEqual(user)
  expect(await store.transaction((tx) => tx.lockUser('unknown'))).toBeNull()
})

test('a transaction that locks a user waits for another that did, and then sees what it wrote', async () => {
  const { store, databaseUrl } = await openTestStore()
  const another = await reopen(databaseUrl)
  const { id } = await addUser(store, { version: 1 })
  let second: Promise<number | undefined> = Promise.resolve(undefined)
  await store.transaction(async (tx) => {
    await tx.lockUser(id)
    second = another.transaction(async (other) => (await other.lockUser(id))?.version)
    await untilOneWaits(databaseUrl)
    await tx.updateUser(id, { version: 2 })
  })
  expect(await second).toBe(2)
})

/** Settles once a transaction waits for a row; on SQLite it cannot have begun. */
async function untilOneWaits(databaseUrl: string): Promise<void> {
  if (inject('provider') === 'sqlite') return
  const pool = await openPool(databaseUrl, 1)
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  try {
    await vi.waitUntil(async () => (await pool.query(waiting)).rowCount === 1, { timeout: 10_000 })
  } finally {
    await pool.end()
  }
}

test('200 transactions at once all come to their turn', async () => {
  const { store } = await openTestStore()
  const users = Array.from({ length: 200 }, () => newUser())
  await Promise.all(users.map((user) => store.transaction((tx) => tx.insertUser(user))))
  for (const { id } of users) expect(await store.findUser(id)).not.toBeNull()
})

test('writes that wait let timers and other work in between', async () => {
  const { store } = await openTestStore()
  let turns = 0
  let writing = true
  const writes = Promise.all(
    Array.from({ length: 100 }, () => store.transaction((tx) => tx.insertUser(newUser()))),
  ).finally(() => {
    writing = false
  })
  while (writing) {
    turns++
    await setImmediate()
  }
  await writes
  // On PostgreSQL ten connections may all have answered by the time of a turn.
  expect(turns).toBeGreaterThanOrEqual(store.provider === 'sqlite' ? 100 : 10)
})

test('a closed store is unavailable, and stays closed', async () => {
  const { store } = await openTestStore()
  await store.close()
  await expect(store.findUser('anybody')).rejects.toBeInstanceOf(StoreUnavailable)
  await expect(store.transaction(async () => {})).rejects.toBeInstanceOf(StoreUnavailable)
  await expect(store.now()).rejects.toBeInstanceOf(StoreUnavailable)
  await store.close()
})
