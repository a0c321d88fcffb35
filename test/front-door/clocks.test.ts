import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.js'
import { actions } from '../support/administration.js'
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

describe('F7: the clock went back by an hour since the tokens of an account ended', () => {
  const CHANGE_PASSWORD =
    'mutation ($old: String!, $new: String!) { changePassword(currentPassword: $old, newPassword: $new) { accessToken } }'

  async function start() {
    const server = await startServer()
    const admin = await server.signUpAdmin()
    const user = await server.signUp()
    return { server, admin, user, does: actions(server) }
  }

  type Started = Awaited<ReturnType<typeof start>>
  const CHANGES: [string, (started: Started) => Promise<unknown>][] = [
    [
      'a new password',
      ({ server, user }) =>
        server.ask(CHANGE_PASSWORD, { token: user.accessToken, variables: { old: PASSWORD, new: PASSWORD } }),
    ],
    [
      'all sessions revoked',
      ({ server, user }) => server.ask('mutation { revokeAllSessions }', { token: user.accessToken }),
    ],
    ['new roles', ({ does, admin, user }) => does.setRoles(admin.accessToken, user.userId, ['editor'])],
    [
      'revoked by an administrator',
      ({ does, admin, user }) => does.revokeSessions(admin.accessToken, user.userId),
    ],
  ]

  test.each(CHANGES)(
    '%s: who logs in, or refreshes, is let in at once, here and elsewhere',
    async (_name, change) => {
      const started = await start()
      const { server, user } = started
      const elsewhere = await startServer({ databaseUrl: server.databaseUrl, clock: server.clock })
      await change(started)
      server.clock.advance(-3_600)
      const { accessToken, refreshToken } = await server.logIn(user.username)
      expect(await server.judge(accessToken)).toBe('ok')
      const { data } = await server.refresh(refreshToken)
      expect(await server.judge(data.refresh.accessToken)).toBe('ok')
      expect(await elsewhere.judge(accessToken)).toBe('ok')
      expect(await server.judge(await server.sallyport.tokens.issueAccess({ subject: user.userId }))).toBe(
        'ok',
      )
    },
  )

  test.each(CHANGES)('%s: what was issued before stays refused', async (_name, change) => {
    const started = await start()
    const { server, user } = started
    const phone = await server.logIn(user.username)
    const issued = await server.sallyport.tokens.issueAccess({ subject: user.userId })
    await change(started)
    for (const token of [user.accessToken, phone.accessToken, issued]) {
      expect(await server.judge(token)).toMatch(/^TOKEN_(REVOKED|EXPIRED)$/)
    }
  })
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
