import argon2 from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { newName, PASSWORD, startServer, startSharedServer } from '../support/server.js'

const LOGIN = `mutation ($input: LoginInput!) {
  login(input: $input) { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt tokenType
    user { id username email roles createdAt disabledAt }
    session { id device ip userAgent createdAt lastUsedAt expiresAt revokedAt current } }
}`

describe('login', async () => {
  const server = await startSharedServer()
  const ada = await server.signUp('ada')
  const logIn = (input: Record<string, unknown>) => server.ask(LOGIN, { variables: { input } })

  test('P01 gives an access token for a name and a password, and INVALID_CREDENTIALS for a wrong one', async () => {
    const right = await logIn({ username: 'ADA', password: PASSWORD })
    expect(right).toMatchObject({ status: 200, data: { login: { user: { id: ada.userId } } } })
    const me = await server.ask('{ me { username } }', { token: right.data.login.accessToken })
    expect(me.data).toEqual({ me: { username: 'ada' } })
    const wrong = await logIn({ username: 'ada', password: 'not the one' })
    expect(wrong).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS', data: null })
  })

  test('F12 refuses half of a character in a password, which would open with any other half', async () => {
    for (const password of [`${PASSWORD}\ud800`, '\udc00\udc01\udc02']) {
      const refused = await logIn({ username: 'ada', password })
      expect(refused).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', data: null })
      expect(refused.errors[0]?.extensions.field).toBe('password')
    }
  })

  test('P43 gives a fresh access token and a refresh token, their times, the user and the session', async () => {
    const { data } = await logIn({ username: 'ada', password: PASSWORD, device: "  Ada's phone " })
    const { accessToken, refreshToken, ...shown } = data.login
    const now = new Date(server.clock.now()).toISOString()
    const inSeconds = (seconds: number) => new Date(server.clock.now() + seconds * 1000).toISOString()
    expect(shown).toEqual({
      accessTokenExpiresAt: inSeconds(900),
      refreshTokenExpiresAt: inSeconds(30 * 86_400),
      tokenType: 'Bearer',
      user: {
        id: ada.userId,
        username: 'ada',
        email: null,
        roles: [],
        createdAt: now,
        disabledAt: null,
      },
      session: {
        id: expect.any(String),
        device: "Ada's phone",
        ip: '127.0.0.1',
        userAgent: 'node',
        createdAt: now,
        lastUsedAt: now,
        expiresAt: inSeconds(30 * 86_400),
        revokedAt: null,
        current: true,
      },
    })
    const { data: who } = await server.ask('{ whoami { state subject fresh expiresAt code } }', {
      token: accessToken,
    })
    expect(who.whoami).toEqual({
      state: 'ACTIVE',
      subject: ada.userId,
      fresh: true,
      expiresAt: inSeconds(900),
      code: null,
    })
    const refresh = await server.sallyport.tokens.verify(refreshToken, 'refresh')
    expect(refresh).toMatchObject({ kind: 'valid', claims: { fresh: false, sid: shown.session.id } })
  })

  test('takes an e-mail address instead, in any case, with the domain in either spelling', async () => {
    const email = 'Grace@BÜCHER.example'
    await server.ask('mutation ($input: SignupInput!) { signup(input: $input) { user { id } } }', {
      variables: { input: { email, password: PASSWORD } },
    })
    for (const spelling of [email, 'grace@bücher.example', ' GRACE@xn--bcher-kva.EXAMPLE ']) {
      const { data } = await logIn({ email: spelling, password: PASSWORD })
      expect(data.login.user).toMatchObject({ username: null, email })
    }
  })

  test.each([
    ['neither username nor email', {}],
    ['both', { username: 'ada', email: 'ada@example.com' }],
    ['both, one of them empty', { username: 'ada', email: '' }],
    ['a device that is too long', { username: 'ada', device: 'x'.repeat(201) }],
    ['a device with a control character', { username: 'ada', device: 'a\u0000b' }],
  ])('refuses %s with BAD_USER_INPUT', async (_what, names) => {
    const answer = await logIn({ ...names, password: PASSWORD })
    expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', data: null })
  })

  test('answers an unknown name, a wrong password and what is no name at all alike', async () => {
    const wrong = await logIn({ username: 'ada', password: 'not the one' })
    const alike = [
      { username: 'nobody', password: PASSWORD },
      { username: 'ada', password: '' },
      { username: 'ada', password: 'x'.repeat(1025) },
      { username: 'nobody', password: 'x'.repeat(1025) },
      { username: 'ada', password: PASSWORD.toUpperCase() },
      { username: 'no name, this', password: PASSWORD },
      { username: '', password: PASSWORD },
      { username: 'ada\u0000', password: PASSWORD },
      { username: '\ud800ada', password: PASSWORD },
      { email: 'ada', password: PASSWORD },
      { email: 'ada@example.com', password: PASSWORD },
      { email: 'ada\u0000@example.com', password: PASSWORD },
    ]
    for (const input of alike) {
      const answer = await logIn(input)
      expect(answer.body, JSON.stringify(input)).toEqual(wrong.body)
      expect(answer).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
    }
  })

  test('keeps of the user agent what can be shown', async () => {
    const agent = async (userAgent: string) => {
      const { data } = await server.ask(LOGIN, {
        headers: { 'user-agent': userAgent },
        variables: { input: { username: 'ada', password: PASSWORD } },
      })
      return data.login.session.userAgent
    }
    expect(await agent('shop\u00ad/1.0 (caf\u00e9)')).toBe('shop/1.0 (caf\u00e9)')
    expect(await agent('x'.repeat(600))).toBe('x'.repeat(512))
  })

  test('works with a garbage, an expired or a revoked token in the header', async () => {
    const revoked = await server.logIn('ada')
    await server.ask('mutation { revokeAllSessions }', { token: revoked.accessToken })
    for (const token of ['garbage', revoked.accessToken, 'a.b.c']) {
      const { status } = await server.ask(LOGIN, {
        token,
        variables: { input: { username: 'ada', password: PASSWORD } },
      })
      expect(status).toBe(200)
    }
  })

  test('renews a hash that was made with other parameters, and only then', async () => {
    const store = await server.store()
    const { userId, username } = await server.signUp(newName())
    const hashOf = async () => (await store.findUser(userId))?.passwordHash ?? ''
    const today = await hashOf()
    expect(today).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    await server.logIn(username)
    expect(await hashOf()).toBe(today)

    const old = await argon2.hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    await store.updateUser(userId, { passwordHash: old })
    expect(await logIn({ username, password: 'not the one' })).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    expect(await hashOf()).toBe(old)
    await server.logIn(username)
    const renewed = await hashOf()
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(renewed).not.toBe(today)
    await server.logIn(username)
    expect(await hashOf()).toBe(renewed)
  })

  test('refuses a disabled account as it does a wrong password, and its refresh token as ended', async () => {
    const store = await server.store()
    const { userId, username, accessToken, refreshToken } = await server.signUp(newName())
    await store.updateUser(userId, { disabledAt: new Date(server.clock.now()), version: 2 })
    const actions = {
      [`mutation { reauthenticate(password: "${PASSWORD}") { tokenType } }`]: 'INVALID_CREDENTIALS',
      'mutation { revokeAllSessions }': 'SESSION_ENDED',
      'mutation { deleteAccount }': 'SESSION_ENDED',
    }
    for (const [action, code] of Object.entries(actions)) {
      expect(await server.ask(action, { token: accessToken })).toMatchObject({ status: 401, code })
    }
    expect(await logIn({ username, password: PASSWORD })).toMatchObject({
      status: 401,
      code: 'INVALID_CREDENTIALS',
    })
    expect(await server.refresh(refreshToken)).toMatchObject({ status: 401, code: 'SESSION_ENDED' })
    await store.updateUser(userId, { disabledAt: null, version: 3 })
    await server.logIn(username)
  })
})

test('verifies a hash for an unknown name as for a wrong password, a few at once, and beyond that RATE_LIMITED', async () => {
  const server = await startServer({ maxConcurrentHashes: 1, maxQueuedHashes: 0 })
  await server.signUp('ada')
  for (const username of ['ada', 'nobody']) {
    const attempts = Array.from({ length: 8 }, () =>
      server.ask(LOGIN, { variables: { input: { username, password: 'not the one' } } }),
    )
    const answers = await Promise.all(attempts)
    const codes = new Set(answers.map(({ code }) => code))
    expect(codes, username).toEqual(new Set(['INVALID_CREDENTIALS', 'RATE_LIMITED']))
    const limited = answers.find(({ code }) => code === 'RATE_LIMITED')
    expect(limited).toMatchObject({ status: 429, errors: [{ extensions: { action: 'retry' } }] })
    expect(limited?.headers.get('retry-after')).toBe('1')
  }
})

test('answers fields in the order in which they were asked for, ready or not', async () => {
  const server = await startServer()
  const { accessToken } = await server.signUp()
  const { body } = await server.ask('{ me { id } whoami { state } sessions { id } claims }', {
    token: accessToken,
  })
  expect(Object.keys(body.data as object)).toEqual(['me', 'whoami', 'sessions', 'claims'])
})
