import { describe, expect, test } from 'vitest'
import { actions, administer } from '../support/administration.js'
import { forge, hmac } from '../support/forge.js'
import { PASSWORD, SECRET, startServer, startSharedServer, type TestServer } from '../support/server.js'

const login = (server: TestServer, username: string, password = PASSWORD) =>
  server.ask('mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', {
    variables: { input: { username, password } },
  })

describe('setRoles', async () => {
  const server = await startSharedServer()
  const { setRoles } = actions(server)
  const admin = await server.signUpAdmin()

  test.each([
    ['in the same second', 0],
    ['later', 5],
  ])('a demoted administrator is one at once: tokens issued %s', async (_when, seconds) => {
    const former = await server.signUpAdmin()
    const unbound = await server.sallyport.tokens.issueAccess({ subject: former.userId, roles: ['admin'] })
    const [iat, exp] = [server.clock.seconds(), server.clock.seconds() + 600]
    const claims = { sub: former.userId, roles: ['admin'], iat, exp }
    const foreign = forge({ alg: 'HS256', typ: 'JWT' }, claims, hmac('sha256', SECRET))
    const tokens = [former.accessToken, unbound, foreign]
    for (const token of tokens) expect(await administer(server, token)).toBe('ok')
    server.clock.advance(seconds)
    const { data } = await setRoles(admin.accessToken, former.userId, ['editor'])
    expect(data.setRoles).toMatchObject({ id: former.userId, roles: ['editor'] })

    for (const token of tokens) expect(await administer(server, token)).toBe('TOKEN_EXPIRED')
    const refreshed = (await server.refresh(former.refreshToken)).data.refresh
    expect(refreshed.user.roles).toEqual(['editor'])
    expect(await administer(server, refreshed.accessToken)).toBe('FORBIDDEN')
    expect(await server.judge(refreshed.accessToken)).toBe('ok')
  })

  test('what was issued before cannot be taken back into use, and does not end the session', async () => {
    const former = await server.signUpAdmin()
    const other = await server.logIn(former.username)
    const jti = String(server.sallyport.tokens.peek(other.accessToken)?.unverifiedClaims.jti)
    const revoke = (mutation: string, token: string) =>
      server.ask(`mutation ($jti: ID!) { ${mutation}(jti: $jti) { revokedReason } }`, {
        token,
        variables: { jti },
      })
    await revoke('revoke', former.accessToken)
    await setRoles(admin.accessToken, former.userId, [])
    expect(await revoke('unrevoke', admin.accessToken)).toMatchObject({ code: 'CONFLICT' })
    expect(await server.judge(other.accessToken)).toBe('TOKEN_REVOKED')
    expect((await server.refresh(other.refreshToken)).status).toBe(200)
  })

  test.each([
    ['in the same second', 0],
    ['later', 5],
  ])(
    'who is told to refresh has a session: once it ends, TOKEN_REVOKED for tokens issued %s',
    async (_when, seconds) => {
      const [former, other] = [await server.signUp(), await server.signUp()]
      server.clock.advance(seconds)
      for (const { userId } of [former, other]) await setRoles(admin.accessToken, userId, ['editor'])
      for (const { accessToken } of [former, other])
        expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
      await server.ask(`mutation { logout(refreshToken: "${former.refreshToken}") { ended } }`)
      expect(await server.judge(former.accessToken)).toBe('TOKEN_REVOKED')
      expect(await server.judge(other.accessToken)).toBe('TOKEN_EXPIRED')
      const restarted = await startServer({ databaseUrl: server.databaseUrl, clock: server.clock })
      expect(await restarted.judge(former.accessToken)).toBe('TOKEN_REVOKED')
      expect(await restarted.judge(other.accessToken)).toBe('TOKEN_EXPIRED')
    },
  )

  test('roles that are so already change nothing, and no token ends', async () => {
    const ada = await server.signUp()
    await setRoles(admin.accessToken, ada.userId, ['b', 'a', 'b'])
    const again = (await server.refresh(ada.refreshToken)).data.refresh
    const { data } = await setRoles(admin.accessToken, ada.userId, ['a', 'b'])
    expect(data.setRoles.roles).toEqual(['b', 'a'])
    expect(await server.judge(again.accessToken)).toBe('ok')
  })

  test.each([
    ['an empty one', ['']],
    ['a blank', ['two words']],
    ['a control character', ['a\u0000b']],
    ['a lone surrogate', ['\ud800']],
    ['one too long', ['x'.repeat(101)]],
    ['too many', Array.from({ length: 51 }, (_, n) => `role-${n}`)],
  ])('refuses %s, and changes nothing', async (_what, roles) => {
    const ada = await server.signUp()
    const answer = await setRoles(admin.accessToken, ada.userId, roles)
    expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', data: null })
    expect(answer.errors[0]?.extensions.field).toBe('roles')
    expect(await server.judge(ada.accessToken)).toBe('ok')
  })

  test('is for fresh administrators, by the database and not the token', async () => {
    const [ada, former] = [await server.signUp(), await server.signUpAdmin()]
    expect(await setRoles(ada.accessToken, ada.userId, ['admin'])).toMatchObject({ code: 'FORBIDDEN' })
    const stale = (await server.refresh(admin.refreshToken)).data.refresh.accessToken
    expect(await setRoles(stale, ada.userId, ['admin'])).toMatchObject({ code: 'FRESH_REQUIRED' })
    const robot = await server.sallyport.tokens.issueAccess({
      subject: ada.userId,
      roles: ['admin'],
      fresh: true,
    })
    expect(await setRoles(robot, ada.userId, ['admin'])).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    await (await server.store()).updateUser(former.userId, { roles: [] })
    expect(await setRoles(former.accessToken, former.userId, ['admin'])).toMatchObject({ code: 'FORBIDDEN' })
    await expect((await server.store()).findUser(ada.userId)).resolves.toMatchObject({ roles: [] })
  })
})

test('a demoted administrator is one on the other instance within a second', async () => {
  const one = await startServer()
  const other = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
  const [admin, former] = [await one.signUpAdmin(), await one.signUpAdmin()]
  expect(await administer(other, former.accessToken)).toBe('ok')
  await actions(one).setRoles(admin.accessToken, former.userId, [])
  await expect
    .poll(() => administer(other, former.accessToken), { timeout: 5_000, interval: 50 })
    .toBe('TOKEN_EXPIRED')
})

describe('setUserDisabled', async () => {
  const server = await startSharedServer()
  const { setDisabled, setRoles } = actions(server)
  const admin = await server.signUpAdmin()

  test('ends every session and keeps the user out, with the answer of a wrong password, until enabled', async () => {
    const ada = await server.signUp()
    const unbound = await server.sallyport.tokens.issueAccess({ subject: ada.userId })
    const { data } = await setDisabled(admin.accessToken, ada.userId)
    expect(data.setUserDisabled.disabledAt).toBe(new Date(server.clock.now()).toISOString())
    for (const token of [ada.accessToken, unbound]) expect(await server.judge(token)).toBe('TOKEN_REVOKED')
    expect(await server.refresh(ada.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    const [right, wrong] = [
      await login(server, ada.username),
      await login(server, ada.username, 'not the one'),
    ]
    expect(right).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' })
    expect(right.body).toEqual(wrong.body)

    expect((await setDisabled(admin.accessToken, ada.userId)).status).toBe(200)
    await setDisabled(admin.accessToken, ada.userId, false)
    expect(await server.judge(ada.accessToken)).toBe('TOKEN_REVOKED')
    const back = await server.logIn(ada.username)
    expect(await server.judge(back.accessToken)).toBe('ok')
    await setDisabled(admin.accessToken, ada.userId, false)
    expect(await server.judge(back.accessToken)).toBe('ok')
  })

  test('a disabled account can be given roles, which it has once it is enabled', async () => {
    const ada = await server.signUp()
    await setDisabled(admin.accessToken, ada.userId)
    expect(
      (await setRoles(admin.accessToken, ada.userId, ['editor'])).data.setRoles.disabledAt,
    ).not.toBeNull()
    await setDisabled(admin.accessToken, ada.userId, false)
    const { data } = await server.ask('{ me { roles } }', {
      token: (await server.logIn(ada.username)).accessToken,
    })
    expect(data.me.roles).toEqual(['editor'])
  })

  test('an administrator who is disabled may nothing any more, on whatever instance', async () => {
    const [former, ada] = [await server.signUpAdmin(), await server.signUp()]
    await (await server.store()).updateUser(former.userId, { disabledAt: new Date(server.clock.now()) })
    expect(await setDisabled(former.accessToken, ada.userId)).toMatchObject({ code: 'SESSION_ENDED' })
    expect(await server.judge(ada.accessToken)).toBe('ok')
  })
})

describe('revokeUserSessions', async () => {
  const server = await startSharedServer()
  const { revokeSessions } = actions(server)
  const admin = await server.signUpAdmin()

  test('ends all that a user has; how many sessions', async () => {
    const ada = await server.signUp()
    const phone = await server.logIn(ada.username)
    expect((await revokeSessions(admin.accessToken, ada.userId)).data).toEqual({ revokeUserSessions: 2 })
    for (const { accessToken } of [ada, phone]) expect(await server.judge(accessToken)).toBe('TOKEN_REVOKED')
    expect((await revokeSessions(admin.accessToken, ada.userId)).data).toEqual({ revokeUserSessions: 0 })
    expect((await login(server, ada.username)).status).toBe(200)
  })
})

describe('whom no administrator can change', async () => {
  const server = await startSharedServer()
  const { setRoles, setDisabled, revokeSessions, remove } = actions(server)
  const admin = await server.signUpAdmin()

  test.each(['unknown', '', 'a\u0000b', "x' OR 1=1 --"])('nobody has the id %j: NOT_FOUND', async (id) => {
    const answers = [
      await setRoles(admin.accessToken, id, []),
      await setDisabled(admin.accessToken, id),
      await revokeSessions(admin.accessToken, id),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ status: 404, code: 'NOT_FOUND', data: null })
  })

  test('a deleted account stays deleted: CONFLICT', async () => {
    const ada = await server.signUp()
    await remove(ada.accessToken)
    for (const answer of [
      await setRoles(admin.accessToken, ada.userId, ['admin']),
      await setDisabled(admin.accessToken, ada.userId),
      await setDisabled(admin.accessToken, ada.userId, false),
    ]) {
      expect(answer).toMatchObject({ status: 409, code: 'CONFLICT', data: null })
    }
  })
})
