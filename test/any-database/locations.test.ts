import { describe, expect, test } from 'vitest'
import { openPage } from '../support/page.js'
import { readAnswer, startServer, startSharedServer, type TestServer } from '../support/server.js'

const LOCATIONS = ['headers', 'cookies', 'query_string', 'json'] as const
const everywhere = await startSharedServer({ locations: LOCATIONS })
const ada = await everywhere.signUp()
const ME = '{ me { id } }'
const REFRESH = 'mutation { refresh { accessToken refreshToken } }'

interface Placed {
  headers?: Record<string, string>
  search?: string
  members?: Record<string, unknown>
}

async function post(server: TestServer, query: string, { headers, search = '', members }: Placed) {
  const response = await fetch(`${server.url}${search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...members }),
  })
  return readAnswer(response)
}

const inHeader = (token: string): Placed => ({ headers: { authorization: `Bearer ${token}` } })
const inCookie = (token: string): Placed => ({ headers: { cookie: `access_token_cookie=${token}` } })
const inQuery = (token: string): Placed => ({ search: `?jwt=${token}` })
const inBody = (token: string): Placed => ({ members: { access_token: token } })
const together = (...places: Placed[]): Placed => ({
  headers: Object.assign({}, ...places.map(({ headers }) => headers)),
  search: places.map(({ search = '' }) => search).join(''),
  members: Object.assign({}, ...places.map(({ members }) => members)),
})

const codeOf = async (server: TestServer, placed: Placed, query = ME) =>
  (await post(server, query, placed)).code ?? 'ok'

describe('P50 P52 a token is found', () => {
  test.each<[string, Placed]>([
    ['in the header', inHeader(ada.accessToken)],
    ['in the query string', inQuery(ada.accessToken)],
    ['in the body', inBody(ada.accessToken)],
  ])('%s', async (_what, placed) => {
    expect((await post(everywhere, ME, placed)).data.me).toEqual({ id: ada.userId })
    const streamed = { ...placed, headers: { ...placed.headers, accept: 'text/event-stream' } }
    const response = await fetch(`${everywhere.url}${streamed.search ?? ''}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...streamed.headers },
      body: JSON.stringify({ query: ME, ...streamed.members }),
    })
    expect(await response.text()).toContain(ada.userId)
    const direct = await everywhere.sallyport.fetch(
      new Request(`http://sallyport.example/graphql${placed.search ?? ''}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...placed.headers },
        body: JSON.stringify({ query: ME, ...placed.members }),
      }),
    )
    expect((await direct.json()).data.me).toEqual({ id: ada.userId })
  })

  test('in a cookie', async () => {
    const page = openPage(everywhere)
    const { user } = (await page.signUp()).data.signup
    expect((await page.ask(ME)).data.me).toEqual({ id: user.id })
  })

  test('in the query string of a GET', async () => {
    const response = await fetch(`${everywhere.url}?query=${ME}&jwt=${ada.accessToken}`)
    expect((await response.json()).data.me).toEqual({ id: ada.userId })
  })

  test('in each place, a refresh token too, and what it gives goes out in the body', async () => {
    const places: ((token: string) => Placed)[] = [
      inHeader,
      inQuery,
      (token) => ({ members: { refresh_token: token } }),
    ]
    for (const place of places) {
      const { refreshToken } = await everywhere.signUp()
      const { data, headers } = await post(everywhere, REFRESH, place(refreshToken))
      expect(data.refresh).toEqual({ accessToken: expect.any(String), refreshToken: expect.any(String) })
      expect(headers.getSetCookie()).toEqual([])
    }
  })
})

describe('P50 the order', () => {
  test('the first that holds anything decides: a bad token does not fall through', async () => {
    const { accessToken } = ada
    const cases: [Placed, string][] = [
      [together(inHeader(accessToken), inCookie('x'), inQuery('x'), inBody('x')), 'ok'],
      [
        together(inHeader('x'), inCookie(accessToken), inQuery(accessToken), inBody(accessToken)),
        'TOKEN_INVALID',
      ],
      [together(inHeader('a b'), inQuery(accessToken)), 'INVALID_REQUEST'],
      [together(inCookie('x'), inQuery(accessToken)), 'TOKEN_INVALID'],
      [together(inQuery('x'), inBody(accessToken)), 'TOKEN_INVALID'],
      [together(inQuery(accessToken), inBody('x')), 'ok'],
      [together({ headers: { authorization: 'Basic YTpi' } }, inCookie(''), inBody(accessToken)), 'ok'],
      [together({ search: '?jwt=' }, inBody(accessToken)), 'ok'],
    ]
    for (const [placed, code] of cases)
      expect(await codeOf(everywhere, placed), JSON.stringify(placed)).toBe(code)
  })

  test('is that of the option', async () => {
    const turned = await startServer({ locations: ['json', 'query_string', 'headers'] })
    const { accessToken } = await turned.signUp()
    expect(await codeOf(turned, together(inHeader('x'), inQuery('x'), inBody(accessToken)))).toBe('ok')
    expect(await codeOf(turned, together(inHeader(accessToken), inQuery('x')))).toBe('TOKEN_INVALID')
    expect(await codeOf(turned, together(inHeader('x'), inQuery(accessToken)))).toBe('ok')
    expect(await codeOf(turned, inHeader(accessToken))).toBe('ok')
    expect(await codeOf(turned, inCookie('x'))).toBe('UNAUTHENTICATED')
  })

  test('nothing is looked for in the query string or the body by default', async () => {
    const usual = await startServer()
    const { accessToken } = await usual.signUp()
    expect(await codeOf(usual, together(inQuery(accessToken), inBody(accessToken)))).toBe('UNAUTHENTICATED')
    expect(await codeOf(usual, together(inHeader(accessToken), inQuery('x'), inBody('x')))).toBe('ok')
  })
})

describe('P51 the header', () => {
  const under = (authorization: string): Placed => ({ headers: { authorization } })

  test.each<[string, string, string]>([
    ['among other credentials', `Basic YTpi, Bearer ${ada.accessToken}`, 'ok'],
    ['twice', `Bearer ${ada.accessToken}, Bearer ${ada.accessToken}`, 'INVALID_REQUEST'],
    ['not at all', 'Basic YTpi', 'UNAUTHENTICATED'],
  ])('has the token %s', async (_what, authorization, code) => {
    expect(await codeOf(everywhere, under(authorization))).toBe(code)
  })

  test('without its scheme has no token, and whoever has to be logged in is told so', async () => {
    const message =
      'You must be logged in: the token in the header "authorization" does not stand as "Bearer <token>".'
    const { accessToken, refreshToken } = await everywhere.signUp()
    for (const [query, token] of [
      [ME, accessToken],
      [ME, `JWT ${accessToken}`],
      [REFRESH, refreshToken],
    ] as const) {
      const { status, errors } = await post(everywhere, query, under(token))
      expect({ status, error: errors[0] }).toMatchObject({
        status: 401,
        error: { message, extensions: { code: 'UNAUTHENTICATED', action: 'login' } },
      })
    }
    expect(await codeOf(everywhere, together(under(accessToken), inBody(accessToken)))).toBe('ok')
    expect((await post(everywhere, ME, under('Basic YTpi'))).errors[0]?.message).toBe(
      'You must be logged in.',
    )
    expect((await post(everywhere, '{ whoami { state } }', under(accessToken))).data.whoami.state).toBe(
      'ANONYMOUS',
    )
  })
})

describe('P52 names and forms', () => {
  test.each<[string, Placed]>([
    ['two parameters', { search: `?jwt=${ada.accessToken}&jwt=x` }],
    ['the same parameter twice', { search: `?jwt=${ada.accessToken}&jwt=${ada.accessToken}` }],
    ['a blank in the parameter', { search: `?jwt=${ada.accessToken}%20x` }],
    ['a number in the body', { members: { access_token: 1 } }],
    ['a list in the body', { members: { access_token: [ada.accessToken] } }],
  ])('%s are INVALID_REQUEST', async (_what, placed) => {
    expect(await codeOf(everywhere, placed)).toBe('INVALID_REQUEST')
  })

  test('null and empty in the body are none', async () => {
    for (const value of [null, '']) {
      expect(await codeOf(everywhere, { members: { access_token: value } })).toBe('UNAUTHENTICATED')
    }
  })

  test('queryStringName, queryStringValuePrefix, jsonKey and refreshJsonKey', async () => {
    const server = await startServer({
      locations: LOCATIONS,
      queryStringName: 'token',
      queryStringValuePrefix: 'Bearer ',
      jsonKey: 'at',
      refreshJsonKey: 'rt',
    })
    const { accessToken, refreshToken } = await server.signUp()
    expect(await codeOf(server, { search: `?token=Bearer%20${accessToken}` })).toBe('ok')
    expect(await codeOf(server, { search: `?token=${accessToken}` })).toBe('INVALID_REQUEST')
    expect(await codeOf(server, { search: `?token=bearer%20${accessToken}` })).toBe('INVALID_REQUEST')
    expect(await codeOf(server, inQuery(accessToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(server, { members: { at: accessToken } })).toBe('ok')
    expect(await codeOf(server, inBody(accessToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(server, { members: { rt: refreshToken } }, REFRESH)).toBe('ok')
  })

  test('a body that is nothing but a token is no request', async () => {
    const response = await fetch(everywhere.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: ada.accessToken }),
    })
    expect(response.status).toBe(400)
  })
})
