import { expect, inject, test } from 'vitest'
import { StoreUnavailable } from '../../src/store/contract.js'
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

test('text that reads like SQL is text', async () => {
  const { store } = shared
  const name = `x'); DROP TABLE "users"; -- $1 ? %_`
  const user = await addUser(store, { username: name, usernameKey: name, roles: [name] })
  expect(await store.findUserByUsername(name)).toMatchObject({ id: user.id, username: name, roles: [name] })
  await store.insertTokens([newToken({ userId: user.id, jti: name })])
  expect(await store.findToken(name)).toMatchObject({ jti: name })
})
