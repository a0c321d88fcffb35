import { inspect } from 'node:util'
import { expect, inject, test } from 'vitest'
import { StoreUnavailable } from '../../src/store/failures.js'
import { shareStore } from './open-test-store.js'
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

test('no part of an error has the values of the statement', async () => {
  const { store } = shared
  const [name, secret] = ['ada\u0000', 's3cret']
  const outcomes = [
    await store
      .insertSession(newSession({ userId: 'nobody', csrf: secret }))
      .catch((error: unknown) => error),
    await store.insertTokens([newToken({ userId: secret })]).catch((error: unknown) => error),
    await store
      .insertUser(newUser({ username: name, passwordHash: secret }))
      .catch((error: unknown) => error),
    // As only a mistake of ours would.
    await store.updateUser('nobody', { version: secret as unknown as number }).catch((error) => error),
  ]
  for (const outcome of outcomes) expect(inspect(outcome, { depth: 20 })).not.toContain(secret)
})

test('text that reads like SQL is text', async () => {
  const { store } = shared
  const name = `x'); DROP TABLE "users"; -- $1 ? %_`
  const user = await addUser(store, { username: name, usernameKey: name, roles: [name] })
  expect(await store.findUserByUsername(name)).toMatchObject({ id: user.id, username: name, roles: [name] })
  await store.insertTokens([newToken({ userId: user.id, jti: name })])
  expect(await store.findToken(name)).toMatchObject({ jti: name })
})
