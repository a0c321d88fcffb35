import { expect, test } from 'vitest'
import { startServer } from '../support/server.js'

test('F2: a login beyond the limit ends the oldest session, here and elsewhere, and the audit log says so', async () => {
  const server = await startServer({ maxSessions: 2 })
  const elsewhere = await startServer({ databaseUrl: server.databaseUrl, clock: server.clock })
  const first = await server.signUp()
  server.clock.advance(1)
  const second = await server.logIn(first.username)
  server.clock.advance(1)
  expect(await server.judge(first.accessToken)).toBe('ok')
  const third = await server.logIn(first.username)
  expect(await server.judge(first.accessToken)).toBe('TOKEN_REVOKED')
  expect((await server.refresh(first.refreshToken)).code).toBe('SESSION_ENDED')
  await expect.poll(() => elsewhere.judge(first.accessToken), { interval: 20 }).toBe('TOKEN_REVOKED')
  for (const { accessToken } of [second, third]) expect(await server.judge(accessToken)).toBe('ok')
  const admin = await server.signUpAdmin()
  const { data } = await server.ask(
    '{ auditLog(type: SESSIONS_REVOKED) { nodes { userId reason count } } }',
    {
      token: admin.accessToken,
    },
  )
  expect(data.auditLog.nodes).toEqual([{ userId: first.userId, reason: 'limit', count: 1 }])
})

test('F2: of logins at once no more sessions live than the limit allows', async () => {
  const server = await startServer({ maxSessions: 3 })
  const { username } = await server.signUp()
  server.clock.advance(1)
  const logins = await Promise.all(Array.from({ length: 8 }, () => server.logIn(username)))
  const states = await Promise.all(logins.map(({ accessToken }) => server.judge(accessToken)))
  expect(states.filter((state) => state === 'ok')).toHaveLength(3)
})

test('F2: a refresh token that a host issues counts, and `false` sets no limit', async () => {
  const limited = await startServer({ maxSessions: 1 })
  const { accessToken, userId } = await limited.signUp()
  limited.clock.advance(1)
  await limited.sallyport.tokens.issueRefresh({ subject: userId })
  expect(await limited.judge(accessToken)).toBe('TOKEN_REVOKED')
  const free = await startServer({ maxSessions: false })
  const first = await free.signUp()
  for (let count = 0; count < 3; count++) await free.logIn(first.username)
  expect(await free.judge(first.accessToken)).toBe('ok')
})
