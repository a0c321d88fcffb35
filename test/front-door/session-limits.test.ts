import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.js'
import { createPruner } from '../../src/revocation/prune.js'
import { PASSWORD, startServer, startSharedServer, type TestServer } from '../support/server.js'

const expOf = ({ sallyport }: TestServer, token: string) => sallyport.tokens.peek(token)?.unverifiedClaims.exp

describe('the idle limit', async () => {
  const server = await startSharedServer({ refreshTokenExpires: '1h' })

  test('is the life of the refresh token, to the second, and each refresh begins it anew', async () => {
    const [used, unused] = [await server.signUp(), await server.signUp()]
    server.clock.advance(3599)
    const { refreshToken } = (await server.refresh(used.refreshToken)).data.refresh
    server.clock.advance(1)
    expect(await server.refresh(unused.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    server.clock.advance(3598)
    const last = (await server.refresh(refreshToken)).data.refresh
    server.clock.advance(3600)
    expect(await server.refresh(last.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
  })
})

describe('the absolute limit', async () => {
  const server = await startSharedServer({ sessionMaxAge: '2h', refreshTokenExpires: '1h' })

  test('ends a session to the second, however often it is refreshed; no token outlives it', async () => {
    const login = await server.signUp()
    const end = server.clock.seconds() + 7200
    let { refreshToken } = login
    for (const seconds of [3000, 3000, 1199]) {
      server.clock.advance(seconds)
      const { data } = await server.refresh(refreshToken)
      refreshToken = data.refresh.refreshToken
      expect(expOf(server, refreshToken)).toBe(Math.min(server.clock.seconds() + 3600, end))
      expect(expOf(server, data.refresh.accessToken)).toBe(Math.min(server.clock.seconds() + 900, end))
    }
    server.clock.advance(1)
    expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
  })

  test('binds reauthenticate too, and a new password begins it anew', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    const end = server.clock.seconds() + 7200
    server.clock.advance(3599)
    const next = (await server.refresh(refreshToken)).data.refresh
    server.clock.advance(3500)
    const last = (await server.refresh(next.refreshToken)).data.refresh
    const proof = await server.ask(`mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`, {
      token: last.accessToken,
    })
    const fresh = proof.data.reauthenticate.accessToken
    expect(expOf(server, fresh)).toBe(end)
    const changed = await server.ask(
      `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another password") { refreshToken } }`,
      { token: fresh },
    )
    expect(expOf(server, changed.data.changePassword.refreshToken)).toBe(server.clock.seconds() + 3600)
    expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
  })

  test('made shorter, holds for sessions that began before', async () => {
    const { refreshToken } = await server.signUp()
    const strict = await startServer({
      ...{ databaseUrl: server.databaseUrl, clock: server.clock, sessionMaxAge: '10m' },
    })
    server.clock.advance(599)
    const { data } = await strict.refresh(refreshToken)
    expect(expOf(strict, data.refresh.refreshToken)).toBe(server.clock.seconds() + 1)
    server.clock.advance(1)
    for (const token of [refreshToken, data.refresh.refreshToken]) {
      expect(await strict.refresh(token)).toMatchObject({ code: 'SESSION_ENDED' })
    }
  })

  test('gives an end to a refresh token that would have none, also to one that a host issues', async () => {
    const forever = await startServer({ refreshTokenExpires: false, sessionMaxAge: 60 })
    const { refreshToken, userId } = await forever.signUp()
    const issued = await forever.sallyport.tokens.issueRefresh({ subject: userId })
    for (const token of [refreshToken, issued]) {
      expect(expOf(forever, token)).toBe(forever.clock.seconds() + 60)
    }
  })
})

test('a session keeps device, address and agent of its login through refreshes and a new password', async () => {
  const server = await startServer()
  const { username } = await server.signUp()
  const headers = { 'user-agent': 'Ada/1.0' }
  const login = await server.ask(
    `mutation { login(input: { username: "${username}", password: "${PASSWORD}", device: "phone" }) { accessToken refreshToken } }`,
    { headers },
  )
  const { data } = await server.refresh(login.data.login.refreshToken)
  const seen = async (token: string) => {
    const { data } = await server.ask('{ sessions { device ip userAgent current } }', { token })
    return data.sessions.find(({ current }: { current: boolean }) => current)
  }
  const expected = { device: 'phone', ip: '127.0.0.1', userAgent: 'Ada/1.0', current: true }
  expect(await seen(data.refresh.accessToken)).toEqual(expected)
  const changed = await server.ask(
    `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another password") { accessToken } }`,
    { token: login.data.login.accessToken, headers },
  )
  expect(await seen(changed.data.changePassword.accessToken)).toEqual(expected)
})

test('while thousands of rows are pruned in batches, refreshes go on and nothing live is lost', async () => {
  const server = await startServer()
  const store = await server.store()
  const { userId, username } = await server.signUp()
  const past = new Date(server.clock.now())
  await store.insertTokens(
    Array.from({ length: 3_000 }, (_, index) => ({
      ...{
        jti: `past-${index}`,
        type: 'access' as const,
        userId,
        sessionId: null,
        fresh: false,
        freshUntil: null,
      },
      ...{ issuedAt: past, expiresAt: past, rotatedAt: null, successorJti: null },
      ...{ revokedAt: null, revokedReason: null },
    })),
  )
  server.clock.advance(1000)
  let { refreshToken } = await server.logIn(username)
  const pruner = createPruner({
    store,
    clock: server.clock,
    logger: silentLogger,
    leewaySeconds: 0,
    auditRetentionSeconds: null,
  })
  let isPruning = true
  const pruned = pruner.run().finally(() => {
    isPruning = false
  })
  let refreshes = 0
  while (isPruning || refreshes < 5) {
    refreshToken = (await server.refresh(refreshToken)).data.refresh.refreshToken
    refreshes++
  }
  // Beside them the access token of the first login, and on PostgreSQL the counters of attempts.
  expect(await pruned).toBeGreaterThanOrEqual(3_001)
  expect(await store.listTokens({ userId, limit: 3_000 })).toHaveLength(2 * refreshes + 3)
  expect((await server.refresh(refreshToken)).status).toBe(200)
})

test('introspect knows of a limit that is newer than the token, as refresh does', async () => {
  const before = await startServer()
  const { refreshToken } = await before.signUp()
  const { clock, databaseUrl } = before
  const server = await startServer({ clock, databaseUrl, sessionMaxAge: '1h' })
  clock.advance(3600)
  const { accessToken: token } = await server.signUpAdmin()
  const query = 'query ($token: String!) { introspect(token: $token) { active state code } }'
  const { data } = await server.ask(query, { token, variables: { token: refreshToken } })
  expect(data.introspect).toEqual({ active: false, state: 'EXPIRED', code: 'SESSION_ENDED' })
  expect((await server.refresh(refreshToken)).code).toBe('SESSION_ENDED')
})
