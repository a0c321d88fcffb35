import { expect, inject, test } from 'vitest'
import { StoreUnavailable } from '../../src/store/contract.js'
import { openPool } from '../support/postgresql-pool.js'
import { openTestStore, shareStore } from './open-test-store.js'
import { addUser, newSession, newToken, newUser } from './records.js'

const shared = shareStore()

test('U+0000, which PostgreSQL can not keep, does not make the database unavailable', async () => {
  const { store } = shared
  const user = newUser({ username: 'a\u0000b', usernameKey: 'a\u0000b' })
  const outcome = await store.insertUser(user).catch((error: unknown) => error)
  if (inject('provider') === 'sqlite') {
    expect(outcome).toBeUndefined()
    expect(await store.findUser(user.id)).toMatchObject({ username: 'a\u0000b' })
  } else {
    expect(outcome).toBeInstanceOf(Error)
    expect(outcome).not.toBeInstanceOf(StoreUnavailable)
  }
  expect(await store.findUser('x\u0000').catch(() => null)).toBeNull()
  await addUser(store)
})

test.each([
  ['a session of nobody', () => shared.store.insertSession(newSession({ userId: 'nobody' }))],
  ['a token of nobody', () => shared.store.insertTokens([newToken({ userId: 'nobody' })])],
  [
    'a token of no session',
    async () => {
      const { id: userId } = await addUser(shared.store)
      await shared.store.insertTokens([newToken({ userId, sessionId: 'none' })])
    },
  ],
])('%s is refused, and that is not the database being unavailable', async (_, insert) => {
  const outcome = await insert().catch((error: unknown) => error)
  expect(outcome).toBeInstanceOf(Error)
  expect(outcome).not.toBeInstanceOf(StoreUnavailable)
})

test('text that reads like SQL is text', async () => {
  const { store } = shared
  const name = `x'); DROP TABLE "users"; -- $1 ? %_`
  const user = await addUser(store, { username: name, usernameKey: name, roles: [name] })
  expect(await store.findUserByUsername(name)).toMatchObject({ id: user.id, username: name, roles: [name] })
  await store.insertTokens([newToken({ userId: user.id, jti: name })])
  expect(await store.findToken(name)).toMatchObject({ jti: name })
})

if (inject('provider') === 'postgresql') {
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
