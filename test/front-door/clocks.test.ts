import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.js'
import { PASSWORD, startServer, type TestServer } from '../support/server.js'

/** A machine whose clock is wrong by so many seconds; the database's is right. */
function wrongClock(seconds: number): Clock {
  return { now: () => systemClock.now() + seconds * 1000, elapsed: () => systemClock.elapsed() }
}

const expOf = ({ sallyport }: TestServer, token: string) =>
  Number(sallyport.tokens.peek(token)?.unverifiedClaims.exp)

describe('two instances whose clocks differ by 40 s, one ahead and one behind by 20', async () => {
  test.each([
    [20, -20],
    [-20, 20],
  ])('%i s and %i s: what one issues is good on the other at once, and refreshes there', async (one, two) => {
    const here = await startServer({ ground: { clock: wrongClock(one) } })
    const there = await startServer({ ground: { clock: wrongClock(two) }, databaseUrl: here.databaseUrl })
    const { accessToken, refreshToken, username } = await here.signUp()
    const phone = await there.logIn(username)
    for (const server of [here, there]) {
      expect(await server.judge(accessToken)).toBe('ok')
      expect(await server.judge(phone.accessToken)).toBe('ok')
    }
    // Fresh on both too: freshness goes by the same clock.
    const fresh = await there.ask('mutation { revokeOtherSessions }', { token: accessToken })
    expect(fresh.data).toEqual({ revokeOtherSessions: 1 })
    const next = (await there.refresh(refreshToken)).data.refresh
    // Within the window, which no instance's clock judges.
    const again = (await here.refresh(refreshToken)).data.refresh
    expect(expOf(here, again.refreshToken)).toBe(expOf(there, next.refreshToken))
  })

  test('a token expires on both when it does by the database', async () => {
    const ground = { clock: wrongClock(-3600) }
    const here = await startServer({ ground, accessTokenExpires: 2 })
    const there = await startServer({
      ...{ ground: { clock: wrongClock(3600) }, databaseUrl: here.databaseUrl },
    })
    const { accessToken } = await here.signUp()
    await expect
      .poll(async () => [await here.judge(accessToken), await there.judge(accessToken)], {
        ...{ timeout: 20_000, interval: 100 },
      })
      .toEqual(['TOKEN_EXPIRED', 'TOKEN_EXPIRED'])
  })
})

test.each([
  [5, null],
  [60, 'REFRESH_REUSED'],
])('F7: the clock went back by %i s since a refresh token was exchanged: %s', async (seconds, code) => {
  const server = await startServer()
  const { refreshToken } = await server.signUp()
  server.clock.advance(100)
  await server.refresh(refreshToken)
  server.clock.advance(-seconds)
  const again = await server.refresh(refreshToken)
  expect(again.code ?? null).toBe(code)
})

describe('F29: a clock that went back since a token was issued', () => {
  test('refuses the access token with a retry, and exchanges the refresh token', async () => {
    const server = await startServer()
    server.clock.advance(100)
    const { accessToken, refreshToken } = await server.signUp()
    server.clock.advance(-60)
    expect(await server.ask('{ me { id } }', { token: accessToken })).toMatchObject({
      status: 503,
      code: 'UNAVAILABLE',
      errors: [{ extensions: { action: 'retry' } }],
    })
    const { data } = await server.refresh(refreshToken)
    expect(await server.judge(data.refresh.accessToken)).toBe('ok')
    server.clock.advance(60)
    expect(await server.judge(accessToken)).toBe('ok')
  })

  test('takes no token of the future that is of no session of ours', async () => {
    const server = await startServer()
    server.clock.advance(100)
    const token = await server.sallyport.tokens.issueAccess({ subject: 'ada' })
    server.clock.advance(-60)
    expect(await server.ask('{ claims }', { token })).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
  })
})

describe('F7: the clock went back by 600 s after', () => {
  const CHANGE = `mutation ($current: String!, $next: String!) {
    changePassword(currentPassword: $current, newPassword: $next) { accessToken }
  }`
  const SET = 'mutation ($id: ID!) { setRoles(userId: $id, roles: ["editor"]) { id } }'

  test.each([
    ['a change of password', 'TOKEN_REVOKED'],
    ['the end of all sessions', 'TOKEN_REVOKED'],
    ['a change of roles', 'TOKEN_EXPIRED'],
  ])(
    '%s: what is issued next is good at once, on every instance, and the old token stays refused',
    async (what, code) => {
      const one = await startServer()
      const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
      const admin = await one.signUpAdmin()
      const ada = await one.signUp('ada')
      const foreverEnded = await one.logIn('ada')
      let password = PASSWORD
      one.clock.advance(600)
      if (what === 'a change of password') {
        const variables = { current: password, next: 'another horse battery 7' }
        expect((await one.ask(CHANGE, { token: ada.accessToken, variables })).status).toBe(200)
        password = variables.next
      } else if (what === 'the end of all sessions') {
        await one.ask('mutation { revokeAllSessions }', { token: ada.accessToken })
      } else {
        expect((await one.ask(SET, { token: admin.accessToken, variables: { id: ada.userId } })).status).toBe(
          200,
        )
      }
      one.clock.advance(-600)

      const login = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }'
      const { data } = await one.ask(login, { variables: { input: { username: 'ada', password } } })
      const next = (await one.refresh(data.login.refreshToken)).data.refresh
      await expect.poll(() => two.judge(foreverEnded.accessToken), { timeout: 5_000 }).toBe(code)
      for (const server of [one, two]) {
        expect(await server.judge(data.login.accessToken)).toBe('ok')
        expect(await server.judge(next.accessToken)).toBe('ok')
        expect(await server.judge(ada.accessToken)).toBe(code)
      }
    },
  )

  test('a token of no session that is issued next is good too', async () => {
    const server = await startServer()
    const { userId } = await server.signUp('ada')
    const before = await server.sallyport.tokens.issueAccess({ subject: userId })
    server.clock.advance(600)
    await server.sallyport.sessions.revokeAll(userId)
    server.clock.advance(-600)
    expect(await server.judge(await server.sallyport.tokens.issueAccess({ subject: userId }))).toBe('ok')
    expect(await server.judge(before)).toBe('TOKEN_REVOKED')
  })
})
