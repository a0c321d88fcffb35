import { expect, onTestFinished, test } from 'vitest'
import type { SallyportOptions } from '../../src/index.js'
import { AUTH_PAYLOAD, LOG_IN_BY_COOKIE, openPage, REFRESH, SIGN_UP_BY_COOKIE } from '../support/page.js'
import { openReader } from '../support/read-database.js'
import { newName, PASSWORD, startServer, type TestServer } from '../support/server.js'

test.each(['claims', 'headers'] as const)(
  'F6: an outage of `%s` that outlasts the reuse window leaves the refresh token unspent',
  async (name) => {
    let fails = false
    const hook = () => {
      if (fails) throw new Error('out of order')
      return {}
    }
    const server = await startServer({ [name]: hook })
    const { refreshToken } = await server.signUp()
    fails = true
    expect((await server.refresh(refreshToken)).status).toBe(500)
    server.clock.advance(31)
    expect((await server.refresh(refreshToken)).status).toBe(500)
    fails = false
    const next = await server.refresh(refreshToken)
    expect(next.code).toBeUndefined()
    expect((await server.refresh(next.data.refresh.refreshToken)).code).toBeUndefined()
  },
)

async function openDatabase(server: TestServer) {
  const reader = await openReader(server.databaseUrl)
  onTestFinished(() => reader.close())
  return reader
}

const BROKEN: [string, () => object | Promise<object>][] = [
  ['throw', () => Promise.reject(new Error('out of order'))],
  ['set a claim of ours', () => ({ jti: 'mine' })],
  ['are too large for a cookie', () => ({ permissions: Array.from({ length: 30 }, () => 'x'.repeat(100)) })],
  ['are too large for a token', () => ({ text: 'x'.repeat(20_000) })],
]

test.each(BROKEN)(
  'F6: claims that %s leave nothing behind, whatever credentials change',
  async (_what, broken) => {
    let claims: () => object | Promise<object> = () => ({})
    const server = await startServer({ claims: async () => ({ ...(await claims()) }), sliding: true })
    const page = openPage(server)
    const username = newName()
    const variables = { name: username, password: PASSWORD }
    expect((await page.ask(SIGN_UP_BY_COOKIE, { variables })).code).toBeUndefined()
    const database = await openDatabase(server)
    const operations: [string, object?][] = [
      [SIGN_UP_BY_COOKIE, { name: newName(), password: PASSWORD }],
      [LOG_IN_BY_COOKIE, variables],
      [REFRESH],
      [`mutation { reauthenticate(password: "${PASSWORD}") { ${AUTH_PAYLOAD} } }`],
      [
        `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another horse battery") { ${AUTH_PAYLOAD} } }`,
      ],
    ]
    claims = broken
    const before = await database.read()
    const cookies = [...page.cookies]
    for (const [query, given] of operations) {
      const answer = await page.ask(query, { variables: { ...given } })
      expect([query, answer.status, answer.headers.getSetCookie()]).toEqual([query, 500, []])
      expect(await database.read()).toEqual(before)
    }
    // Due for sliding: the answer is not refused, and extends nothing.
    server.clock.advance(8 * 60)
    expect((await page.ask('{ me { id } }')).code).toBeUndefined()
    expect(await database.read()).toEqual(before)
    expect([...page.cookies]).toEqual(cookies)

    claims = () => ({})
    expect((await page.ask('{ me { id } }')).headers.getSetCookie()).not.toEqual([])
    for (const [query, given] of operations) {
      expect((await page.ask(query, { variables: { ...given } })).code).toBeUndefined()
    }
  },
)

test.each<[string, Pick<SallyportOptions, 'claims' | 'headers'>]>([
  ['claims', { claims: () => Promise.reject(new Error('out of order')) }],
  ['headers', { headers: () => ({ kid: 'mine' }) }],
])('F6: a broken `%s` leaves no row of an identity that the host authenticates', async (_name, hooks) => {
  const server = await startServer({ authenticate: () => ({ id: 'ada' }), ...hooks })
  const database = await openDatabase(server)
  const login = 'mutation { login(input: { username: "ada", password: "x" }) { accessToken } }'
  expect((await server.ask(login)).status).toBe(500)
  await expect(
    server.sallyport.tokens.issueAccess({ subject: 'eve', claims: { jti: 'mine' } }),
  ).rejects.toThrow()
  expect((await database.read()).users).toEqual([])
})

test('F6: a hook that hangs holds neither a connection nor a row', async () => {
  let hang: Promise<void> | null = null
  const server = await startServer({
    claims: async ({ username }) => {
      if (username === 'ada') await hang
      return {}
    },
  })
  const ada = await server.signUp('ada')
  await server.signUp('bob')
  let release = () => {}
  hang = new Promise((resolve) => {
    release = resolve
  })
  const hanging = Array.from({ length: 12 }, () => server.refresh(ada.refreshToken))
  await server.logIn('bob')
  // Of the same account: its row is free.
  expect(
    (await server.ask('mutation { revokeOtherSessions }', { token: ada.accessToken })).code,
  ).toBeUndefined()
  release()
  for (const { code } of await Promise.all(hanging)) expect(code).toBeUndefined()
})
