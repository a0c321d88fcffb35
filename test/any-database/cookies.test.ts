import { describe, expect, test } from 'vitest'
import { LOG_IN_BY_COOKIE, openPage, REFRESH, SIGN_UP_BY_COOKIE, setCookies } from '../support/page.js'
import { newName, PASSWORD, startServer, startSharedServer } from '../support/server.js'

const server = await startSharedServer()

describe('P05 P53 delivery by cookie', () => {
  test('puts the tokens into cookies that no script reads, and none of them into the body', async () => {
    const page = openPage(server)
    const answer = await page.signUp()
    const { accessToken, refreshToken, csrfToken, accessTokenExpiresAt } = answer.data.signup
    expect({ accessToken, refreshToken }).toEqual({ accessToken: null, refreshToken: null })
    expect(accessTokenExpiresAt).toEqual(expect.any(String))
    const cookies = setCookies(answer)
    const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(cookies).toEqual({
      access_token_cookie: of('access_token_cookie', token, { httpOnly: true }),
      csrf_access_token: of('csrf_access_token', csrfToken),
      refresh_token_cookie: of('refresh_token_cookie', token, { httpOnly: true, path: '/graphql' }),
      csrf_refresh_token: of('csrf_refresh_token', csrfToken),
    })
    for (const { value = '' } of [cookies.access_token_cookie, cookies.refresh_token_cookie].map(
      (one) => one ?? { value: '' },
    )) {
      expect(JSON.stringify(answer.body)).not.toContain(value)
      expect(server.sallyport.tokens.peek(value)?.unverifiedClaims.csrf).toBe(csrfToken)
    }
    expect((await page.ask('{ me { id } }')).data.me.id).toBe(answer.data.signup.user.id)
  })

  const of = (name: string, value: unknown, more: object = {}) => ({
    name,
    value,
    path: '/',
    sameSite: 'lax',
    ...more,
  })

  test('login gives it too; BODY, and nothing said, set no cookie', async () => {
    const { username } = await server.signUp()
    const variables = { name: username, password: PASSWORD }
    const page = openPage(server)
    expect((await page.ask(LOG_IN_BY_COOKIE, { variables })).data.login.csrfToken).toEqual(expect.any(String))
    expect(page.cookies.size).toBe(4)
    for (const delivery of ['', ', delivery: BODY']) {
      const answer = await server.ask(
        `mutation ($name: String!, $password: String!) {
          login(input: { username: $name, password: $password${delivery} }) { accessToken csrfToken } }`,
        { variables },
      )
      expect(answer.data.login).toEqual({ accessToken: expect.any(String), csrfToken: null })
      expect(setCookies(answer)).toEqual({})
    }
  })

  test('a login that fails sets no cookie', async () => {
    const answer = await openPage(server).ask(LOG_IN_BY_COOKIE, {
      variables: { name: 'nobody', password: 'x' },
    })
    expect(answer.code).toBe('INVALID_CREDENTIALS')
    expect(setCookies(answer)).toEqual({})
  })

  test('refresh by cookie sets the next pair, with the same csrf value, and puts none into the body', async () => {
    const page = openPage(server)
    const { csrfToken, session } = (await page.signUp()).data.signup
    const before = page.value('refresh_token_cookie')
    const answer = await page.ask(REFRESH)
    expect(answer.data.refresh).toMatchObject({ accessToken: null, refreshToken: null, csrfToken, session })
    expect(Object.keys(setCookies(answer))).toHaveLength(4)
    expect(page.value('refresh_token_cookie')).not.toBe(before)
    expect((await page.ask('{ me { id } }')).status).toBe(200)
    expect((await page.ask(REFRESH)).status).toBe(200)
  })

  test.each<[string, (token: string) => [string, object]]>([
    [
      'an argument',
      (token) => [`mutation { refresh(refreshToken: "${token}") { refreshToken csrfToken } }`, {}],
    ],
    ['a header', (token) => ['mutation { refresh { refreshToken csrfToken } }', { token }]],
  ])('G57 refresh by %s sets no cookie, whatever cookies there are', async (_what, form) => {
    const thief = await server.signUp()
    const page = openPage(server)
    await page.signUp()
    const answer = await page.ask(...form(thief.refreshToken))
    expect(answer.data.refresh).toEqual({ refreshToken: expect.any(String), csrfToken: null })
    expect(setCookies(answer)).toEqual({})
  })

  test('reauthenticate and changePassword go the way that the access token came', async () => {
    const page = openPage(server)
    const { csrfToken } = (await page.signUp()).data.signup
    const proved = await page.ask(
      `mutation { reauthenticate(password: "${PASSWORD}") { accessToken refreshToken csrfToken } }`,
    )
    expect(proved.data.reauthenticate).toEqual({ accessToken: null, refreshToken: null, csrfToken })
    expect(Object.keys(setCookies(proved)).sort()).toEqual(['access_token_cookie', 'csrf_access_token'])
    const change = `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another horse") {
      accessToken refreshToken csrfToken } }`
    const changed = await page.ask(change)
    expect(changed.data.changePassword).toMatchObject({ accessToken: null, refreshToken: null })
    expect(changed.data.changePassword.csrfToken).not.toBe(csrfToken)
    expect(Object.keys(setCookies(changed))).toHaveLength(4)
    expect((await page.ask('{ me { id } }')).status).toBe(200)

    const { accessToken } = await server.signUp()
    const inBody = await page.ask(change, { token: accessToken })
    expect(inBody.data.changePassword).toMatchObject({ accessToken: expect.any(String), csrfToken: null })
    expect(setCookies(inBody)).toEqual({})
  })

  test('the csrf value is one for all of a session, and another for the next', async () => {
    const [one, other] = [openPage(server), openPage(server)]
    const first = (await one.signUp()).data.signup.csrfToken
    expect((await one.ask(REFRESH)).data.refresh.csrfToken).toBe(first)
    expect((await other.signUp()).data.signup.csrfToken).not.toBe(first)
  })
})

describe('logout', () => {
  const LOGOUT = 'mutation { logout { ended } }'

  test.each<[string, (page: ReturnType<typeof openPage>) => void, boolean]>([
    ['a session', () => {}, true],
    ['a session by its refresh token alone', (page) => page.plant('access_token_cookie', ''), true],
    [
      'nothing but garbage',
      (page) => ['access', 'refresh'].map((type) => page.plant(`${type}_token_cookie`, 'x')),
      false,
    ],
    ['an access token that is garbage', (page) => page.plant('access_token_cookie', 'x.y.z'), true],
  ])('P53 unsets every cookie, as it was set: %s', async (_what, change, ended) => {
    const page = openPage(server)
    const set = setCookies(await page.signUp())
    const access = page.value('access_token_cookie')
    change(page)
    const answer = await page.ask(LOGOUT)
    expect(answer.data.logout).toEqual({ ended })
    const unset = setCookies(answer)
    for (const [name, cookie] of Object.entries(set)) {
      expect(unset[name]).toEqual({ ...cookie, value: '', maxAge: 0, expires: new Date(0) })
    }
    expect(page.cookies.size).toBe(0)
    expect(await server.judge(access)).toBe(ended ? 'TOKEN_REVOKED' : 'ok')
  })

  test('without a session unsets them too, and an expired access token ends its session', async () => {
    expect(Object.keys(setCookies(await openPage(server).ask(LOGOUT)))).toHaveLength(4)
    const own = await startServer()
    const page = openPage(own)
    await page.signUp()
    own.clock.advance(901)
    expect((await page.ask('{ me { id } }')).code).toBe('TOKEN_EXPIRED')
    expect((await page.ask(LOGOUT)).data.logout).toEqual({ ended: true })
  })

  test('G57 without the csrf value ends nothing, and unsets nothing', async () => {
    const page = openPage(server)
    await page.signUp()
    for (const csrf of [null, '', 'x', page.value('access_token_cookie')]) {
      const answer = await page.ask(LOGOUT, { csrf })
      expect({ status: answer.status, code: answer.code }).toEqual({ status: 403, code: 'CSRF_FAILED' })
      expect(setCookies(answer)).toEqual({})
    }
    expect((await page.ask('{ me { id } }')).status).toBe(200)
  })

  test('of an argument leaves the session of the cookies alone', async () => {
    const page = openPage(server)
    const other = await server.signUp()
    await page.signUp()
    const access = page.value('access_token_cookie')
    const query = `mutation { logout(refreshToken: "${other.refreshToken}") { ended } }`
    expect((await page.ask(query, { csrf: null })).data.logout).toEqual({ ended: true })
    expect(await server.judge(access)).toBe('ok')
    expect(await server.judge(other.accessToken)).toBe('TOKEN_REVOKED')
  })

  test('deleteAccount unsets them', async () => {
    const page = openPage(server)
    await page.signUp()
    expect((await page.ask('mutation { deleteAccount }')).data).toEqual({ deleteAccount: true })
    expect(page.cookies.size).toBe(0)
  })
})

describe('what cannot be had', () => {
  test('cookies where the locations have none: BAD_USER_INPUT, and nobody is signed up', async () => {
    const without = await startServer({ locations: 'headers' })
    const variables = { name: newName(), password: PASSWORD }
    const answer = await openPage(without).ask(SIGN_UP_BY_COOKIE, { variables })
    expect({ code: answer.code, field: answer.errors[0]?.extensions.field }).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'delivery',
    })
    expect((await without.signUp(variables.name)).username).toBe(variables.name)
  })

  test('a token larger than a browser takes: an error, and no cookie that would be dropped', async () => {
    const big = await startServer({ claims: () => ({ note: 'x'.repeat(4_000) }) })
    const answer = await openPage(big).signUp()
    expect({ status: answer.status, code: answer.code }).toEqual({
      status: 500,
      code: 'INTERNAL_SERVER_ERROR',
    })
    expect(setCookies(answer)).toEqual({})
  })
})

test('P70 a cookie slides into a cookie, and no header has the token', async () => {
  const sliding = await startServer({ sliding: true })
  const page = openPage(sliding)
  await page.signUp()
  const before = page.value('access_token_cookie')
  expect(setCookies(await page.ask('{ me { id } }'))).toEqual({})
  sliding.clock.advance(450)
  const answer = await page.ask('{ me { id } }')
  expect(answer.headers.get('x-access-token')).toBeNull()
  expect(Object.keys(setCookies(answer)).sort()).toEqual(['access_token_cookie', 'csrf_access_token'])
  expect(page.value('access_token_cookie')).not.toBe(before)
  sliding.clock.advance(800)
  expect(await sliding.judge(before)).toBe('TOKEN_EXPIRED')
  expect((await page.ask('{ me { id } }')).status).toBe(200)
})
