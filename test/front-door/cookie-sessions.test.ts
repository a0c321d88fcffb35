import { describe, expect, test } from 'vitest'
import { createBrowserJar, logInBy, told } from '../support/browser-jar.js'
import { PASSWORD, startServer, type TestServerOptions } from '../support/server.js'

const ME = '{ me { username } }'
const REFRESH = 'mutation { refresh { user { username } } }'
const LOGOUT = 'mutation { logout { ended } }'

describe('F9 cookies of different sessions', () => {
  /** One browser: an answer to Ada comes after Bob has logged in. */
  async function mix(query: string, options: TestServerOptions = {}) {
    const server = await startServer({ sliding: true, slidingThreshold: 0, ...options })
    for (const name of ['ada', 'bob']) await server.signUp(name)
    const jar = createBrowserJar()
    const ask = (text: string, headers = {}) => jar.ask(server, text, { headers })
    await logInBy(jar, server, 'ada')
    server.clock.advance(60)
    const late = await jar.ask(server, query, { isLate: true })
    expect(late.headers.getSetCookie()).toHaveLength(2)
    await logInBy(jar, server, 'bob')
    expect(told(await ask(ME))).toBe('bob')
    jar.keep(late.headers.getSetCookie())
    return { server, jar, ask }
  }

  const LATE: [string, string][] = [
    ['SLIDING', ME],
    ['reauthenticate', `mutation { reauthenticate(password: "${PASSWORD}") { csrfToken } }`],
  ]

  test.each(LATE)(
    'F9: a late answer of %s lets nobody in, and the page may log in again',
    async (_what, query) => {
      for (const asked of [ME, REFRESH]) {
        for (const seconds of [0, 16 * 60]) {
          const { server, jar, ask } = await mix(query)
          server.clock.advance(seconds)
          expect(told(await ask(asked))).toBe('TOKEN_INVALID login')
          expect(jar.keys()).toEqual([])
          await logInBy(jar, server, 'bob')
          expect([told(await ask(ME)), told(await ask(REFRESH))]).toEqual(['bob', 'bob'])
        }
      }
    },
  )

  test.each(LATE)('F9: logout takes all of them back, and ends what is proven: %s', async (_what, query) => {
    const { server, jar, ask } = await mix(query)
    const csrf = jar.value('csrf_refresh_token')
    expect((await ask(LOGOUT)).data.logout).toEqual({ ended: true })
    expect(jar.keys()).toEqual([])
    await logInBy(jar, server, 'ada')
    expect(told(await ask(ME))).toBe('ada')
    expect(csrf).not.toBe('')
  })

  test('F9: with the other value, or none, logout takes them back too', async () => {
    for (const csrf of ['', 'csrf_refresh_token']) {
      const { jar, ask } = await mix(ME)
      const headers = { 'x-csrf-token': jar.value(csrf) }
      expect((await ask(LOGOUT, headers)).data.logout).toEqual({ ended: csrf !== '' })
      expect(jar.keys()).toEqual([])
    }
  })

  test('F9: a readable cookie of another session is refused with login, and logout helps', async () => {
    for (const asked of [ME, REFRESH, LOGOUT]) {
      const { server, jar, ask } = await mix(ME)
      await logInBy(jar, server, 'ada')
      const csrf = jar.value('csrf_access_token')
      await logInBy(jar, server, 'bob')
      for (const name of ['csrf_access_token', 'csrf_refresh_token']) jar.keep([`${name}=${csrf}; Path=/`])
      expect(told(await ask(asked))).toBe(asked === LOGOUT ? 'ok' : 'TOKEN_INVALID login')
      expect(jar.keys()).toEqual([])
    }
  })
})

describe('F15 a refusal with action login', () => {
  async function open(options: TestServerOptions = {}) {
    const server = await startServer(options)
    await server.signUp('ada')
    const jar = createBrowserJar()
    await logInBy(jar, server, 'ada')
    return { server, jar, ask: (query: string, how = {}) => jar.ask(server, query, how) }
  }

  /** Ends all of Ada's sessions from elsewhere. */
  async function endAll({ server }: Awaited<ReturnType<typeof open>>) {
    const { accessToken } = await server.logIn('ada')
    await server.ask('mutation { revokeAllSessions }', { token: accessToken })
  }

  test.each([
    [ME, 'TOKEN_REVOKED'],
    ['mutation { revokeOtherSessions }', 'TOKEN_REVOKED'],
    [REFRESH, 'SESSION_ENDED'],
  ])('F15: %s takes the cookies back: %s', async (query, code) => {
    const page = await open()
    await endAll(page)
    const answer = await page.ask(query)
    expect(told(answer)).toBe(`${code} login`)
    expect(page.jar.keys()).toEqual([])
    expect(told(await page.ask(query))).toBe('UNAUTHENTICATED login')
  })

  test('F15: REFRESH_REUSED takes them back', async () => {
    const page = await open()
    const old = page.jar.lines()
    await page.ask(REFRESH)
    page.server.clock.advance(60)
    page.jar.keep(old)
    expect(told(await page.ask(REFRESH))).toBe('REFRESH_REUSED login')
    expect(page.jar.keys()).toEqual([])
  })

  test('F15: a readable cookie that is left goes with UNAUTHENTICATED', async () => {
    const page = await open()
    page.jar.keep([
      'access_token_cookie=; Path=/; Max-Age=0',
      'refresh_token_cookie=; Path=/graphql; Max-Age=0',
    ])
    expect(told(await page.ask(ME))).toBe('UNAUTHENTICATED login')
    expect(page.jar.keys()).toEqual([])
  })

  test('F15: a stream over the same cookies is refused in the same way', async () => {
    const page = await open()
    await endAll(page)
    const headers = { accept: 'text/event-stream, application/json' }
    const { jar, ask } = page
    await ask('subscription { sessionEvents { type } }', { headers }).catch(() => {})
    expect(jar.keys().length).toBeLessThan(5)
  })

  test('F15: what is about another token leaves the cookies alone', async () => {
    const page = await open()
    const { refreshToken, accessToken } = await page.server.logIn('ada')
    await page.server.ask(LOGOUT, { token: accessToken })
    const query = `mutation { refresh(refreshToken: "${refreshToken}") { refreshToken } }`
    expect(told(await page.ask(query))).toBe('SESSION_ENDED login')
    expect(told(await page.ask(ME, { token: accessToken }))).toBe('TOKEN_REVOKED login')
    const wrong =
      'mutation { login(input: { username: "ada", password: "wrong", delivery: COOKIE }) { csrfToken } }'
    expect(told(await page.ask(wrong))).toBe('INVALID_CREDENTIALS none')
    expect(told(await page.ask(ME))).toBe('ada')
  })

  const AGAIN = `mutation { login(input: { username: "ada", password: "${PASSWORD}", delivery: COOKIE }) { csrfToken } }`
  test.each<[string, string[]]>([
    [
      'a new password',
      [
        `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another horse") { csrfToken } }`,
      ],
    ],
    ['a logout and a login', [LOGOUT, AGAIN]],
    ['a refusal and a login', ['mutation { revokeAllSessions }', ME, AGAIN]],
    ['an end and a login', ['mutation { revokeAllSessions }', AGAIN]],
  ])('F15: a refusal of what was sent before %s leaves the new cookies alone', async (_what, steps) => {
    const { server, jar, ask } = await open()
    const before = jar.copy()
    for (const step of steps) await ask(step)
    for (const [query, code] of [
      [ME, 'TOKEN_REVOKED'],
      [REFRESH, 'SESSION_ENDED'],
    ] as const) {
      const late = await before.ask(server, query, { isLate: true })
      expect(told(late)).toBe(`${code} login`)
      jar.keep(late.headers.getSetCookie())
    }
    expect(told(await ask(ME))).toBe('ada')
  })
})
