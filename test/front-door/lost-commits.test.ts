import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { createUnanswered } from '../../src/sessions/unanswered.js'
import { freshDatabase } from '../support/database.js'
import { type Cut, openProxy } from '../support/postgresql-proxy.js'
import { openReader } from '../support/read-database.js'
import { newName, PASSWORD, startServer } from '../support/server.js'

const NEXT = 'another horse battery'
const PAIR = 'accessToken refreshToken user { id }'

/** A server on PostgreSQL, and the proxy between them. */
async function openGround() {
  const { databaseUrl, drop } = await freshDatabase()
  onTestFinished(drop)
  const proxy = await openProxy(databaseUrl)
  onTestFinished(() => proxy.close())
  const reader = await openReader(databaseUrl)
  onTestFinished(() => reader.close())
  const server = await startServer({ databaseUrl: proxy.url })
  const login = await server.signUp()
  const { username, accessToken: token, refreshToken } = login
  const enter = (field: string, name: string, password: string) =>
    server.ask(
      `mutation { payload: ${field}(input: { username: "${name}", password: "${password}" }) { ${PAIR} } }`,
    )
  const name = newName()
  const operations = {
    login: () => enter('login', username, PASSWORD),
    signup: () => enter('signup', name, PASSWORD),
    refresh: () =>
      server.ask(`mutation ($token: String) { payload: refresh(refreshToken: $token) { ${PAIR} } }`, {
        variables: { token: refreshToken },
      }),
    reauthenticate: () =>
      server.ask(`mutation { payload: reauthenticate(password: "${PASSWORD}") { ${PAIR} } }`, { token }),
    changePassword: () =>
      server.ask(
        `mutation { payload: changePassword(currentPassword: "${PASSWORD}", newPassword: "${NEXT}") { ${PAIR} } }`,
        { token },
      ),
  }
  /** Runs an operation whose COMMIT is cut. */
  const cut = (how: Cut, name: keyof typeof operations) => {
    proxy.cutAtCommit(how)
    return operations[name]()
  }
  return { server, proxy, reader, login, name, enter, operations, cut }
}

const NAMES = ['login', 'signup', 'refresh', 'reauthenticate', 'changePassword'] as const

function describeLostCommits() {
  test('is answered by what the database says afterwards', async () => {
    const { server, cut } = await openGround()
    for (const name of NAMES) {
      const { code, data } = await cut('lost', name)
      expect([name, code]).toEqual([name, undefined])
      const { accessToken, refreshToken } = data.payload
      expect(await server.judge(accessToken)).toBe('ok')
      if (refreshToken !== null) expect((await server.refresh(refreshToken)).code).toBeUndefined()
    }
  })

  test('and that never arrived changed nothing, and can be repeated', async () => {
    const { reader, cut, operations } = await openGround()
    for (const name of NAMES) {
      const before = await reader.read()
      expect([name, (await cut('unsent', name)).code]).toEqual([name, 'UNAVAILABLE'])
      expect(await reader.read()).toEqual(before)
      expect([name, (await operations[name]()).code]).toEqual([name, undefined])
    }
  })

  test('a refresh whose outcome cannot be read is no theft when the client comes back late', async () => {
    const { server, proxy, login, cut, operations } = await openGround()
    expect(await cut('late', 'refresh')).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    proxy.restore()
    server.clock.advance(40)
    const first = (await operations.refresh()).data.payload
    expect(await server.judge(first.accessToken)).toBe('ok')
    // Now the window runs, from this answer.
    server.clock.advance(29)
    const second = (await operations.refresh()).data.payload
    server.clock.advance(2)
    const codes = [
      (await server.refresh(login.refreshToken)).code,
      (await server.refresh(second.refreshToken)).code,
    ]
    expect(codes).toEqual(['REFRESH_REUSED', 'SESSION_ENDED'])
  })

  test('it is one when the successor was exchanged meanwhile', async () => {
    const { server, proxy, cut, operations } = await openGround()
    await cut('late', 'refresh')
    proxy.restore()
    server.clock.advance(40)
    const { refreshToken } = (await operations.refresh()).data.payload
    expect((await server.refresh(refreshToken)).code).toBeUndefined()
    server.clock.advance(31)
    expect((await operations.refresh()).code).toBe('REFRESH_REUSED')
  })

  test('other changes whose outcome cannot be read are repeated or found to hold', async () => {
    const { proxy, login, name, enter, cut } = await openGround()
    for (const [operation, then] of [
      ['signup', async () => (await enter('signup', name, PASSWORD)).code],
      ['changePassword', async () => (await enter('login', login.username, NEXT)).code],
    ] as const) {
      expect([operation, (await cut('late', operation)).code]).toEqual([operation, 'UNAVAILABLE'])
      proxy.restore()
      expect([operation, await then()]).toEqual([operation, operation === 'signup' ? 'CONFLICT' : undefined])
    }
    expect((await enter('login', name, PASSWORD)).code).toBeUndefined()
  })
}

if (inject('provider') === 'postgresql') describe('F5: a COMMIT whose connection dies', describeLostCommits)

test('F5: the reuse window of an exchange without an answer begins with the answer', () => {
  const at = (seconds: number) => new Date(seconds * 1000)
  const unanswered = createUnanswered({ reuseWindowSeconds: 30 })
  unanswered.add('old', 'new', at(0))
  expect(unanswered.isOwed('other', 'new', at(1))).toBe(false)
  expect(unanswered.isOwed('old', 'newer', at(1))).toBe(false)
  expect(unanswered.isOwed('old', 'new', at(86_399))).toBe(true)
  unanswered.answer('old', at(100))
  unanswered.answer('old', at(110))
  expect(unanswered.isOwed('old', 'new', at(129))).toBe(true)
  expect(unanswered.isOwed('old', 'new', at(130))).toBe(false)
  for (let count = 0; count < 20_000; count++) unanswered.add(`old ${count}`, 'new', at(200))
  expect(unanswered.isOwed('old 0', 'new', at(200))).toBe(false)
  expect(unanswered.isOwed('old 19999', 'new', at(200))).toBe(true)
})
