import { describe, expect, test } from 'vitest'
import { LOG_IN_BY_COOKIE, openPage, REFRESH, setCookies } from '../support/page.js'
import { newName, PASSWORD, startServer, startSharedServer } from '../support/server.js'

const server = await startSharedServer({
  typeDefs: 'type Subscription { ticks: Int! @auth }',
  resolvers: {
    Subscription: {
      ticks: {
        async *subscribe() {
          ticking++
          yield { ticks: 1 }
        },
      },
    },
  },
})
let ticking = 0
const page = openPage(server)
const { csrfToken, user } = (await page.signUp()).data.signup
const ME = '{ me { id } }'
const WHOAMI = '{ whoami { state code } }'

describe('P54 double submit', () => {
  test.each<[string, string | null, Record<string, string>?]>([
    ['nothing', null],
    ['nothing in the header', ''],
    ['another value', '00000000-0000-4000-8000-000000000000'],
    ['a value that is longer', `${csrfToken}x`],
    ['a value that is shorter', csrfToken.slice(0, -1)],
    ['the value in capitals', csrfToken.toUpperCase()],
    ['the value twice', csrfToken, { 'X-CSRF-TOKEN': `${csrfToken}, ${csrfToken}` }],
    ['the value in another header', null, { 'x-xsrf-token': csrfToken }],
  ])('G57 a cookie on POST with %s is invalid: CSRF_FAILED', async (_what, csrf, headers) => {
    const me = await page.ask(ME, { csrf, headers })
    expect({ status: me.status, code: me.code }).toEqual({ status: 403, code: 'CSRF_FAILED' })
    expect(me.body).not.toHaveProperty('data')
    expect(me.headers.get('www-authenticate')).toBeNull()
    expect((await page.ask(WHOAMI, { csrf, headers })).data.whoami).toEqual({
      state: 'INVALID',
      code: 'CSRF_FAILED',
    })
    for (const mutation of [REFRESH, 'mutation { revokeAllSessions }', 'mutation { logout { ended } }']) {
      expect((await page.ask(mutation, { csrf, headers })).code, mutation).toBe('CSRF_FAILED')
    }
    expect((await page.ask(ME)).data.me).toEqual({ id: user.id })
  })

  test('another session’s value is none', async () => {
    const other = openPage(server)
    const theirs = (await other.signUp()).data.signup.csrfToken
    expect((await page.ask(ME, { csrf: theirs })).code).toBe('CSRF_FAILED')
  })

  test('a planted readable cookie lets nobody in: the value is that of the token', async () => {
    const victim = page.copy()
    victim.plant('csrf_access_token', 'planted')
    expect((await victim.ask(ME)).code).toBe('CSRF_FAILED')
  })

  test('a token in a header needs none, with cookies beside it too', async () => {
    const { accessToken, userId } = await server.signUp()
    expect((await page.ask(ME, { token: accessToken, csrf: null })).data.me).toEqual({ id: userId })
  })

  test('who is public is answered with a cookie that nothing proves', async () => {
    const login = await page.copy().ask(LOG_IN_BY_COOKIE, {
      csrf: null,
      variables: { name: (await server.signUp()).username, password: PASSWORD },
    })
    expect(login.status).toBe(200)
  })

  test('an expired token without the value is CSRF_FAILED, with it TOKEN_EXPIRED', async () => {
    const own = await startServer()
    const late = openPage(own)
    await late.signUp()
    own.clock.advance(901)
    expect((await late.ask(ME)).code).toBe('TOKEN_EXPIRED')
    expect((await late.ask(ME, { csrf: null })).code).toBe('CSRF_FAILED')
    expect((await late.ask(REFRESH)).status).toBe(200)
  })
})

describe('G57 over GET a cookie serves queries, and nothing else', () => {
  test('a query, without the csrf value', async () => {
    expect((await page.get(ME)).data.me).toEqual({ id: user.id })
    expect((await page.get(WHOAMI)).data.whoami).toEqual({ state: 'ACTIVE', code: null })
    expect((await page.get('{ claims }')).data.claims.csrf).toBe(csrfToken)
  })

  test('no mutation: 405', async () => {
    for (const mutation of ['mutation { revokeAllSessions }', REFRESH, 'mutation { logout { ended } }']) {
      const answer = await page.get(mutation)
      expect(answer.status).toBe(405)
      expect(setCookies(answer)).toEqual({})
    }
    expect((await page.ask(ME)).status).toBe(200)
  })

  test('no subscription, whose source is not begun', async () => {
    const stream = { accept: 'text/event-stream' }
    const url = `${server.url}?${new URLSearchParams({ query: 'subscription { ticks }' })}`
    const cookie = `access_token_cookie=${page.value('access_token_cookie')}`
    const byGet = await fetch(url, { headers: { ...stream, cookie } })
    expect(await byGet.text()).toContain('CSRF_FAILED')
    expect(ticking).toBe(0)
    const byPost = await fetch(server.url, {
      method: 'POST',
      headers: { ...stream, cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
    })
    expect(await byPost.text()).toContain('{"data":{"ticks":1}}')
  })
})

describe('G57 what another site can send is not taken', () => {
  const variables = { name: newName(), password: PASSWORD }
  const body = JSON.stringify({ query: LOG_IN_BY_COOKIE, variables })

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; x=application/json',
    'application/graphql',
    '',
  ])('login as %j: 415, and no cookie', async (type) => {
    await server.signUp(`${variables.name}${type.length}`)
    const response = await fetch(server.url, {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body: new TextEncoder().encode(body),
    })
    expect(response.status).toBe(415)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  test.each(['cross-site', 'same-site'])(
    'a page that the browser says is %s gets no cookie: it would log its visitor in as somebody else',
    async (site) => {
      const { username } = await server.signUp()
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': site }
      const login = { variables: { name: username, password: PASSWORD }, headers }
      const answer = await openPage(server).ask(LOG_IN_BY_COOKIE, login)
      expect({ status: answer.status, code: answer.code }).toEqual({ status: 403, code: 'CSRF_FAILED' })
      expect(setCookies(answer)).toEqual({})
      const allowed = await startServer({
        corsOrigins: 'https://evil.example',
        databaseUrl: server.databaseUrl,
      })
      expect((await openPage(allowed).ask(LOG_IN_BY_COOKIE, login)).status).toBe(200)
      expect(
        (await server.ask(ME, { headers, token: (await server.logIn(username)).accessToken })).status,
      ).toBe(200)
    },
  )
})

describe('G57 cookies that were planted', () => {
  const access = page.value('access_token_cookie')
  const ask = (cookie: string) => server.ask(ME, { headers: { cookie, 'x-csrf-token': csrfToken } })

  test.each<[string, string, string]>([
    ['a second one by the name', `access_token_cookie=${access}; access_token_cookie=x`, 'TOKEN_INVALID'],
    ['before it', `access_token_cookie=x; access_token_cookie=${access}`, 'TOKEN_INVALID'],
    [
      'between two that are one',
      `access_token_cookie=${access};access_token_cookie=x;access_token_cookie=${access}`,
      'TOKEN_INVALID',
    ],
    ['an empty one', `access_token_cookie=; access_token_cookie=${access}`, 'ok'],
    ['the same', `access_token_cookie=${access}; access_token_cookie=${access}`, 'ok'],
    ['another case', `Access_Token_Cookie=x; access_token_cookie=${access}`, 'ok'],
    ['another case alone', `ACCESS_TOKEN_COOKIE=${access}`, 'UNAUTHENTICATED'],
    ['a prefix', `__Host-access_token_cookie=${access}`, 'UNAUTHENTICATED'],
    ['a name round it', `xaccess_token_cookie=${access}; access_token_cookiex=${access}`, 'UNAUTHENTICATED'],
    ['in a value', `a="; access_token_cookie=${access}"`, 'TOKEN_INVALID'],
    ['an encoded value', `access_token_cookie=%65${access.slice(1)}`, 'TOKEN_INVALID'],
    ['an encoded name', `access%5Ftoken_cookie=${access}`, 'UNAUTHENTICATED'],
    ['quotes', `access_token_cookie="${access}"`, 'TOKEN_INVALID'],
    ['a comma', `access_token_cookie=${access},access_token_cookie=x`, 'INVALID_REQUEST'],
    ['no name', `=access_token_cookie=${access}`, 'UNAUTHENTICATED'],
    ['a space in the name', `access_token_cookie\u00a0=${access}`, 'UNAUTHENTICATED'],
    ['names of objects', `__proto__=x; constructor=y; access_token_cookie=${access}`, 'ok'],
    ['many', `${'a=b; '.repeat(2_000)}access_token_cookie=${access}`, 'ok'],
  ])('%s', async (_what, cookie, code) => {
    expect((await ask(cookie)).code ?? 'ok').toBe(code)
  })

  test('two refresh cookies are TOKEN_INVALID, none is used, and both are taken back', async () => {
    const refresh = page.value('refresh_token_cookie')
    const cookie = `refresh_token_cookie=${refresh}; refresh_token_cookie=${(await server.signUp()).refreshToken}`
    const answer = await server.ask(REFRESH, { headers: { cookie, 'x-csrf-token': csrfToken } })
    expect(answer.code).toBe('TOKEN_INVALID')
    expect(setCookies(answer).refresh_token_cookie).toMatchObject({ value: '', maxAge: 0 })
  })
})

test('two tabs that refresh at once stay logged in, both', async () => {
  const first = openPage(server)
  await first.signUp()
  const second = first.copy()
  for (const answer of await Promise.all([first.ask(REFRESH), second.ask(REFRESH)])) {
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toHaveLength(4)
  }
  for (const tab of [first, second]) expect((await tab.ask(ME)).status).toBe(200)
})
