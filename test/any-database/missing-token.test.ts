import { describe, expect, test } from 'vitest'
import { LOG_IN_BY_COOKIE, setCookies } from '../support/page.js'
import { PASSWORD, startServer, type TestServerOptions } from '../support/server.js'

const ME = '{ me { id } }'

describe('F22 what a client is told that sends no token', () => {
  test.each<[TestServerOptions, string]>([
    [{ accessCookieName: 'at' }, 'in the header "authorization" as "Bearer <token>", nor in the cookie "at"'],
    [
      { headerName: 'X-Auth', headerType: 'JWT', accessCookieName: 'at' },
      'in the header "x-auth" as "JWT <token>", nor in the cookie "at"',
    ],
    [{ headerType: '', locations: 'headers' }, 'in the header "authorization" as "<token>"'],
    [
      { locations: ['query_string', 'json'], queryStringName: 'q', jsonKey: 'k' },
      'in the parameter "q", nor in the member "k" of the body',
    ],
  ])('F22: %j', async (options, places) => {
    const server = await startServer(options)
    const message = `You must be logged in: there is no token ${places}.`
    expect((await server.ask(ME)).errors[0]).toMatchObject({
      message,
      extensions: { code: 'UNAUTHENTICATED' },
    })
    expect((await server.ask('mutation { refresh { accessToken } }')).errors[0]?.message).toBe(
      'You must be logged in: there is no refresh token.',
    )
  })
})

describe('F22 the realm', () => {
  test('F22: is the configured one in every challenge', async () => {
    const server = await startServer({ realm: "the shop's $& realm" })
    const { accessToken } = await server.signUp()
    const stream = { accept: 'text/event-stream, application/json' }
    const challenges = await Promise.all(
      [
        server.ask(ME),
        server.ask(ME, { token: 'x.y.z' }),
        server.ask('{ users { nodes { id } } }', { token: accessToken }),
        server.ask('mutation { refresh { accessToken } }'),
        server.ask(ME, { headers: { ...stream, authorization: 'Bearer' } }),
        fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[' }),
      ].map(async (asked) => (await asked).headers.get('www-authenticate')),
    )
    const realm = `Bearer realm="the shop's $& realm"`
    expect(challenges).toEqual([
      realm,
      `${realm}, error="invalid_token"`,
      `${realm}, error="insufficient_scope"`,
      realm,
      `${realm}, error="invalid_request"`,
      `${realm}, error="invalid_request"`,
    ])
  })

  test.each(['a"b', 'a\\b', 'ä', 'a\r\nb', ''])('F22: cannot be %j', async (realm) => {
    await expect(startServer({ realm })).rejects.toMatchObject({ option: 'realm' })
  })
})

describe('F22 a page of another origin is handed no cookie', () => {
  test('F22: by Origin and Host, where the browser sends no Sec-Fetch-Site', async () => {
    const server = await startServer({ corsOrigins: 'https://app.example' })
    const { username } = await server.signUp()
    const variables = { name: username, password: PASSWORD }
    const own = new URL(server.url)
    for (const [headers, code] of [
      [{ origin: 'https://evil.example' }, 'CSRF_FAILED'],
      [{ origin: 'null' }, 'CSRF_FAILED'],
      [{ origin: `${own.protocol}//${own.hostname}:1` }, 'CSRF_FAILED'],
      [{ origin: own.origin }, undefined],
      [{ origin: own.origin.replace('http:', 'https:') }, undefined],
      [{ origin: 'https://app.example' }, undefined],
      [{ origin: 'http://behind.a.proxy', 'sec-fetch-site': 'same-origin' }, undefined],
      [{}, undefined],
    ] as [Record<string, string>, string | undefined][]) {
      const answer = await server.ask(LOG_IN_BY_COOKIE, { variables, headers })
      expect([headers, answer.code, Object.keys(setCookies(answer)).length]).toEqual([
        headers,
        code,
        code === undefined ? 4 : 0,
      ])
    }
    const body = JSON.stringify({ query: LOG_IN_BY_COOKIE, variables })
    const byFetch = async (origin: string) => {
      const headers = { 'content-type': 'application/json', origin }
      const request = new Request('https://auth.example/graphql', { method: 'POST', headers, body })
      return (await server.sallyport.fetch(request)).headers.getSetCookie().length
    }
    expect([await byFetch('https://auth.example'), await byFetch('https://evil.example')]).toEqual([4, 0])
  })
})
