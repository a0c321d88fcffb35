import { describe, expect, test } from 'vitest'
import { forge, hmac } from '../support/forge.js'
import { newName, PASSWORD, SECRET, startServer, startSharedServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

describe('who has stolen a token, or has a key in common with us', async () => {
  const server = await startSharedServer()
  const revoke = (jti: string, token: string) =>
    server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { revokedReason } }', { token, variables: { jti } })
  const unrevoke = (jti: string, token: string) =>
    server.ask('mutation ($jti: ID!) { unrevoke(jti: $jti) { revokedReason } }', {
      token,
      variables: { jti },
    })
  const jtiOf = (token: string) => String(server.sallyport.tokens.peek(token)?.unverifiedClaims.jti)
  const mint = (claims: object) =>
    forge(
      { alg: 'HS256', typ: 'JWT' },
      { iat: server.clock.seconds(), exp: server.clock.seconds() + 600, ...claims },
      hmac('sha256', SECRET),
    )

  test('cannot hide a reuse by revoking the exchanged token', async () => {
    const stolen = (await server.signUp()).refreshToken
    const { accessToken, refreshToken } = (await server.refresh(stolen)).data.refresh
    expect((await revoke(jtiOf(stolen), accessToken)).code).toBeUndefined()
    // Within the window a token that was taken back gets nothing either.
    expect((await server.refresh(stolen)).code).toBe('SESSION_ENDED')
    server.clock.advance(31)
    expect((await server.refresh(stolen)).code).toBe('REFRESH_REUSED')
    expect((await server.refresh(refreshToken)).code).toBe('SESSION_ENDED')
  })

  test('cannot take back the revocation of the token in hand, on an instance that has not heard of it', async () => {
    const { accessToken } = await server.signUp()
    const here = await startServer({
      databaseUrl: server.databaseUrl,
      clock: server.clock,
      blocklistChecks: 'refresh',
    })
    await revoke(jtiOf(accessToken), accessToken)
    const answer = await here.ask('mutation ($jti: ID!) { unrevoke(jti: $jti) { jti } }', {
      token: accessToken,
      variables: { jti: jtiOf(accessToken) },
    })
    expect(answer).toMatchObject({ status: 401, code: 'TOKEN_REVOKED', data: null })
  })

  test('cannot take back what a change of the password ended', async () => {
    const { accessToken, userId } = await server.signUp()
    const bare = await server.sallyport.tokens.issueAccess({ subject: userId, expiresIn: '365d' })
    await revoke(jtiOf(bare), accessToken)
    await server.sallyport.sessions.revokeAll(userId)
    server.clock.advance(2)
    const fresh = await server.sallyport.tokens.issueAccess({ subject: userId })
    expect((await unrevoke(jtiOf(bare), fresh)).code).toBe('CONFLICT')
    server.clock.advance(31 * 86_400)
    expect(await server.judge(bare)).toBe('TOKEN_REVOKED')
  })

  test('reaches no session of another by its id', async () => {
    const victim = await server.signUp()
    const me = await server.signUp()
    const mixed = mint({ sub: me.userId, sid: victim.sessionId, jti: 'mixed', fresh: true })
    const answer = await server.ask(
      'mutation ($password: String!) { reauthenticate(password: $password) { session { id ip } } }',
      { token: mixed, variables: { password: PASSWORD } },
    )
    expect(answer).toMatchObject({ code: 'SESSION_ENDED', data: null })
    await server.ask('mutation { logout { ended } }', { token: mixed })
    expect(await server.judge(victim.accessToken)).toBe('ok')
    expect(await server.judge(mixed)).toBe('TOKEN_REVOKED')
  })

  test('loses what another issuer made, session and all, when everything of a user is revoked', async () => {
    const { userId } = await server.signUp()
    const foreign = mint({ sub: userId, sid: 'a session of another issuer', jti: 'foreign' })
    expect(await server.judge(foreign)).toBe('ok')
    server.clock.advance(1)
    await server.sallyport.sessions.revokeAll(userId)
    expect(await server.judge(foreign)).toBe('TOKEN_REVOKED')
  })

  test('finds a refresh token that was exchanged or revoked dead, wherever a host asks', async () => {
    const { refreshToken } = await server.signUp()
    const { tokens } = server.sallyport
    expect(await tokens.verify(refreshToken, 'refresh')).toMatchObject({ kind: 'valid' })
    await server.refresh(refreshToken)
    expect(await tokens.verify(refreshToken, 'refresh')).toEqual({ kind: 'revoked' })
  })
})

test('a field that a host adds to SignupInput is never stored: nobody signs up as an administrator', async () => {
  const server = await startServer({ typeDefs: 'extend input SignupInput { roles: [String!] }' })
  const answer = await server.ask(
    'mutation ($input: SignupInput!) { signup(input: $input) { user { roles } } }',
    { variables: { input: { username: newName(), password: PASSWORD, roles: ['admin'] } } },
  )
  expect(answer.data.signup.user.roles).toEqual([])
})

test('with a window of 0 no exchanged token gets a pair, whoever raced', async () => {
  const server = await startServer({ refreshReuseWindow: 0 })
  const { refreshToken } = await server.signUp()
  const answers = await Promise.all(Array.from({ length: 10 }, () => server.refresh(refreshToken)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test.each([undefined, null])('authenticate may answer %s for nobody', async (nobody) => {
  const server = await startServer({ authenticate: () => nobody as null })
  const answer = await server.ask(
    'mutation { login(input: { username: "ada", password: "wrong" }) { tokenType } }',
  )
  expect(answer).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' })
})

test('authenticate may not answer roles that are no texts, and a later login is not spoiled by it', async () => {
  let roles: unknown = ['a', 1]
  const server = await startServer({ authenticate: () => ({ id: 'ada', roles: roles as string[] }) })
  const logIn = () =>
    server.ask('mutation { login(input: { username: "ada", password: "x" }) { user { roles } } }')
  expect((await logIn()).code).toBe('INTERNAL_SERVER_ERROR')
  roles = ['a']
  expect((await logIn()).data.login.user.roles).toEqual(['a'])
})

test('a claims loader that throws leaves neither account nor session behind', async () => {
  let fails = true
  const server = await startServer({
    claims: () => {
      if (fails) throw new Error('out of order')
      return {}
    },
  })
  await expect(server.signUp('ada')).rejects.toThrow('INTERNAL_SERVER_ERROR')
  fails = false
  expect(await server.signUp('ada')).toMatchObject({ username: 'ada' })
})

test.each(['a'.repeat(64), 'my_very_long_and_safe_secret_key', '12345678901234567890123456789012'])(
  'F19: in production a secret that was typed rather than drawn stops the start: %s',
  async (secret) => {
    const weak = startServer({ production: true, secret })
    await expect(weak).rejects.toMatchObject({
      option: 'secret',
      message: expect.stringContaining('is weak'),
    })
    const logger = createTestLogger()
    await startServer({ secret, logger })
    expect(logger.text()).toContain('secret: is weak, and refused in production')
  },
)
