import { describe, expect, test } from 'vitest'
import { optionsFromEnv } from '../../src/index.js'
import { openPage, REFRESH, setCookies } from '../support/page.js'
import { SECRET, startServer, type TestServerOptions } from '../support/server.js'

const ME = '{ me { id } }'

/** What a server under these options sets at a signup. */
async function cookiesOf(options: TestServerOptions) {
  const server = await startServer(options)
  const page = openPage(server)
  const answer = await page.signUp()
  return { server, page, answer, cookies: setCookies(answer) }
}

/** The two with tokens. */
const ofTokens = (cookies: object) => Object.keys(cookies).filter((name) => name.includes('_token_cookie'))

describe('P53 options of the cookies', () => {
  test('names and paths, of all four', async () => {
    const { page, cookies } = await cookiesOf({
      accessCookieName: 'at',
      refreshCookieName: 'rt',
      accessCsrfCookieName: 'ac',
      refreshCsrfCookieName: 'rc',
      accessCookiePath: '/graphql',
      refreshCookiePath: '/graphql/refresh',
      accessCsrfCookiePath: '/app',
      refreshCsrfCookiePath: '/app/login',
    })
    const paths = Object.fromEntries(Object.values(cookies).map(({ name, path }) => [name, path]))
    expect(paths).toEqual({ at: '/graphql', rt: '/graphql/refresh', ac: '/app', rc: '/app/login' })
    const csrf = page.value('ac')
    expect((await page.ask(ME, { csrf })).status).toBe(200)
    expect((await page.ask(REFRESH, { csrf })).status).toBe(200)
    expect((await page.ask('mutation { logout { ended } }', { csrf })).data.logout).toEqual({ ended: true })
    expect(page.cookies.size).toBe(0)
  })

  test('the refresh token goes to the endpoint alone, wherever that is', async () => {
    const { cookies } = await cookiesOf({ endpoint: '/api/graph' })
    expect(cookies.refresh_token_cookie?.path).toBe('/api/graph')
    expect(cookies.access_token_cookie?.path).toBe('/')
  })

  test('domain, secure and same-site', async () => {
    const { cookies } = await cookiesOf({
      cookieDomain: 'example.com',
      cookieSecure: true,
      cookieSameSite: 'Strict',
    })
    for (const cookie of Object.values(cookies)) {
      expect(cookie).toMatchObject({ domain: 'example.com', secure: true, sameSite: 'strict' })
    }
    const none = await cookiesOf({ cookieSameSite: 'None', cookieSecure: true })
    expect(none.cookies.access_token_cookie).toMatchObject({ sameSite: 'none', secure: true })
  })

  test('sessionCookie: they end with the browser, or else with the refresh token, after the access token', async () => {
    const usual = await cookiesOf({})
    for (const cookie of Object.values(usual.cookies)) expect(cookie).not.toHaveProperty('maxAge')
    const lasting = await cookiesOf({ sessionCookie: false, refreshTokenExpires: '2d' })
    for (const cookie of Object.values(lasting.cookies)) expect(cookie.maxAge).toBe(2 * 86_400)
    lasting.server.clock.advance(86_400)
    expect((await lasting.page.ask(ME)).code).toBe('TOKEN_EXPIRED')
    expect(setCookies(await lasting.page.ask(REFRESH)).access_token_cookie?.maxAge).toBe(2 * 86_400)
    const endless = await cookiesOf({ sessionCookie: false, refreshTokenExpires: false })
    expect(endless.cookies.access_token_cookie?.maxAge).toBe(400 * 86_400)
  })

  test('reauthenticate leaves the cookie as long as there is something to refresh', async () => {
    const { server, page } = await cookiesOf({ sessionCookie: false, refreshTokenExpires: '2d' })
    server.clock.advance(600)
    const answer = await page.ask(
      'mutation { reauthenticate(password: "correct horse battery") { csrfToken } }',
    )
    expect(setCookies(answer).access_token_cookie?.maxAge).toBe(2 * 86_400 - 600)
  })

  test('in production: Secure, and bound to the host by name', async () => {
    const production = { production: true, secret: SECRET }
    const { page, cookies } = await cookiesOf(production)
    expect(ofTokens(cookies)).toEqual(['__Host-access_token_cookie', '__Host-refresh_token_cookie'])
    for (const cookie of Object.values(cookies)) {
      expect(cookie).toMatchObject({ secure: true, path: '/' })
      expect(cookie).not.toHaveProperty('domain')
    }
    expect((await page.ask(ME)).status).toBe(200)
    expect((await page.ask(REFRESH)).status).toBe(200)
    const shared = await cookiesOf({ ...production, cookieDomain: 'example.com' })
    expect(ofTokens(shared.cookies)).toEqual([
      '__Secure-access_token_cookie',
      '__Secure-refresh_token_cookie',
    ])
    expect((await shared.page.ask(ME)).status).toBe(200)
    const narrow = await cookiesOf({ ...production, refreshCookiePath: '/graphql' })
    expect(ofTokens(narrow.cookies)).toEqual(['__Host-access_token_cookie', '__Secure-refresh_token_cookie'])
  })
})

describe('P54 options of the double submit', () => {
  test('cookieCsrfProtect off demands nothing, and hands nothing out', async () => {
    const { page, cookies } = await cookiesOf({ cookieCsrfProtect: false })
    expect(Object.keys(cookies)).toEqual(['access_token_cookie', 'refresh_token_cookie'])
    expect((await page.ask(ME, { csrf: null })).status).toBe(200)
    expect((await page.ask(REFRESH, { csrf: null })).status).toBe(200)
    expect((await page.ask('mutation { logout { ended } }', { csrf: null })).data.logout).toEqual({
      ended: true,
    })
  })

  test('csrfInCookies off leaves it to the answer', async () => {
    const { page, answer, cookies } = await cookiesOf({ csrfInCookies: false })
    expect(Object.keys(cookies)).toEqual(['access_token_cookie', 'refresh_token_cookie'])
    const csrf = answer.data.signup.csrfToken
    expect((await page.ask(ME)).code).toBe('CSRF_FAILED')
    expect((await page.ask(ME, { csrf })).status).toBe(200)
  })

  test('csrfMethods may demand it over GET too', async () => {
    const { page } = await cookiesOf({ csrfMethods: ['post', 'GET'] })
    expect((await page.get(ME)).code).toBe('CSRF_FAILED')
    expect((await page.get(ME, { 'X-CSRF-TOKEN': page.value('csrf_access_token') })).status).toBe(200)
  })

  test('accessCsrfHeaderName and refreshCsrfHeaderName', async () => {
    const { page } = await cookiesOf({ accessCsrfHeaderName: 'X-A', refreshCsrfHeaderName: 'X-R' })
    const csrf = page.value('csrf_access_token')
    const ask = (query: string, name: string) => page.ask(query, { csrf: null, headers: { [name]: csrf } })
    expect((await ask(ME, 'x-a')).status).toBe(200)
    expect((await ask(ME, 'x-r')).code).toBe('CSRF_FAILED')
    expect((await ask(REFRESH, 'x-a')).code).toBe('CSRF_FAILED')
    expect((await ask(REFRESH, 'x-r')).status).toBe(200)
    const both = { csrf: null, headers: { 'x-a': csrf, 'x-r': csrf } }
    expect((await page.ask('mutation { logout { ended } }', both)).data.logout).toEqual({ ended: true })
  })

  test('one name for both readable cookies makes them one', async () => {
    const { cookies } = await cookiesOf({ accessCsrfCookieName: 'xsrf', refreshCsrfCookieName: 'xsrf' })
    expect(Object.keys(cookies)).toEqual(['access_token_cookie', 'xsrf', 'refresh_token_cookie'])
  })
})

test('P50 to P54 all of it by the variables of Flask-JWT-Extended', async () => {
  const { clock: _none, ...options } = optionsFromEnv({
    JWT_TOKEN_LOCATION: 'cookies, headers',
    JWT_ACCESS_COOKIE_NAME: 'at',
    JWT_REFRESH_COOKIE_NAME: 'rt',
    JWT_ACCESS_COOKIE_PATH: '/graphql',
    JWT_REFRESH_COOKIE_PATH: '/',
    JWT_COOKIE_DOMAIN: '.example.com',
    JWT_COOKIE_SECURE: 'true',
    JWT_COOKIE_SAMESITE: 'Strict',
    JWT_SESSION_COOKIE: 'False',
    JWT_COOKIE_CSRF_PROTECT: 'True',
    JWT_CSRF_METHODS: 'POST',
    JWT_CSRF_IN_COOKIES: 'true',
    JWT_ACCESS_CSRF_HEADER_NAME: 'X-XSRF-TOKEN',
    JWT_REFRESH_CSRF_HEADER_NAME: 'X-XSRF-TOKEN',
    JWT_ACCESS_CSRF_COOKIE_NAME: 'XSRF-TOKEN',
    JWT_REFRESH_CSRF_COOKIE_NAME: 'XSRF-REFRESH',
    JWT_ACCESS_CSRF_COOKIE_PATH: '/a',
    JWT_REFRESH_CSRF_COOKIE_PATH: '/b',
  })
  const { page, cookies } = await cookiesOf(options)
  const of = (name: string, path: string) => ({
    name,
    path,
    domain: '.example.com',
    secure: true,
    sameSite: 'strict',
    maxAge: 30 * 86_400,
  })
  expect(cookies).toMatchObject({
    at: of('at', '/graphql'),
    rt: of('rt', '/'),
    'XSRF-TOKEN': of('XSRF-TOKEN', '/a'),
    'XSRF-REFRESH': of('XSRF-REFRESH', '/b'),
  })
  const headers = { 'x-xsrf-token': page.value('XSRF-TOKEN') }
  expect((await page.ask(ME, { headers, token: 'x' })).status).toBe(200)
})
