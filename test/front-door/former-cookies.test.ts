import { describe, expect, test } from 'vitest'
import { createBrowserJar, logInBy, told } from '../support/browser-jar.js'
import { PASSWORD, startServer, type TestServerOptions } from '../support/server.js'

const ME = '{ me { username } }'
const REFRESH = 'mutation { refresh { user { username } } }'
const LOGOUT = 'mutation { logout { ended } }'

/** Who the cookies say it is, before and after a refresh. */
async function toldThrice(ask: (query: string) => ReturnType<ReturnType<typeof createBrowserJar>['ask']>) {
  return [told(await ask(ME)), told(await ask(REFRESH)), told(await ask(ME))]
}

describe('F8 after the shape of the cookies changed', () => {
  /** Ada is logged in by the one server; the other has the same database and other settings. */
  async function change(from: TestServerOptions, to: TestServerOptions) {
    const before = await startServer(from)
    await before.signUp('ada')
    const jar = createBrowserJar()
    await logInBy(jar, before, 'ada')
    const after = await startServer({ ...to, databaseUrl: before.databaseUrl, clock: before.clock })
    return { jar, after, ask: (query: string) => jar.ask(after, query) }
  }

  const DOMAIN = { cookieDomain: 'example.test' }
  const SHAPES: [string, TestServerOptions, TestServerOptions][] = [
    ['a domain is given', {}, DOMAIN],
    ['the domain is taken away, and named', DOMAIN, { formerCookieDomains: 'example.test' }],
    ['the domain is taken away', DOMAIN, {}],
    ['another domain', DOMAIN, { cookieDomain: 'auth.example.test', formerCookieDomains: '.Example.test' }],
    ['the path of the access token', {}, { accessCookiePath: '/graphql' }],
    ['the path of the refresh token', { refreshCookiePath: '/' }, {}],
  ]

  test.each(SHAPES)('F8: a login and a logout leave one shape, or none: %s', async (_what, from, to) => {
    const { jar, after, ask } = await change(from, to)
    await logInBy(jar, after, 'ada')
    if (told(await ask(ME)) !== 'ada') {
      // A domain that nobody named: the first request deletes what it is refused for.
      expect(jar.keys()).toEqual([])
      await logInBy(jar, after, 'ada')
    }
    expect(await toldThrice(ask)).toEqual(['ada', 'ada', 'ada'])
    expect(jar.keys()).toHaveLength(4)
    expect((await ask(LOGOUT)).data.logout).toEqual({ ended: true })
    expect(jar.keys()).toEqual([])
  })

  test.each(SHAPES)(
    'F8: a refresh goes on, or says to log in, and that helps: %s',
    async (_what, from, to) => {
      const { jar, after, ask } = await change(from, to)
      await ask(REFRESH)
      const next = [told(await ask(ME)), told(await ask(REFRESH))]
      if (next.join() !== 'ada,ada') {
        expect(next).toContain('TOKEN_INVALID login')
        expect(jar.keys()).toEqual([])
        await logInBy(jar, after, 'ada')
      }
      expect(await toldThrice(ask)).toEqual(['ada', 'ada', 'ada'])
    },
  )

  test('F8: in production the plain names go with a login, and the prefixed ones', async () => {
    const server = await startServer({ production: true, secret: `${PASSWORD}, and 32 bytes of more` })
    await server.signUp('ada')
    const jar = createBrowserJar()
    const names = ['access_token_cookie', '__Secure-refresh_token_cookie', '__Host-access_token_cookie']
    jar.keep(names.map((name) => `${name}=old; Path=${name.startsWith('_') ? '/' : '/graphql'}`))
    await logInBy(jar, server, 'ada')
    expect(jar.keys().sort()).toEqual(
      [
        '__Host-access_token_cookie',
        '__Host-refresh_token_cookie',
        'csrf_access_token',
        'csrf_refresh_token',
      ].map((name) => `${name}|host-only|/`),
    )
  })

  test('F8: a cookie that a sibling planted locks out until a request, and not for ever', async () => {
    const server = await startServer()
    const { accessToken } = await server.signUp('mallory')
    await server.signUp('ada')
    const jar = createBrowserJar()
    await logInBy(jar, server, 'ada')
    jar.keep([`access_token_cookie=${accessToken}; Domain=example.test; Path=/`])
    expect(told(await jar.ask(server, ME))).toBe('TOKEN_INVALID login')
    expect(jar.keys()).toEqual([])
    await logInBy(jar, server, 'ada')
    expect(told(await jar.ask(server, ME))).toBe('ada')
  })
})
