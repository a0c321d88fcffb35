import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RawAnswer, requestText, sendRaw } from '../support/raw-http.js'
import { startSharedServer } from '../support/server.js'

const server = await startSharedServer()
const ada = await server.signUp()
const BEARER = { authorization: `Bearer ${ada.accessToken}` }

const get = (search: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${search}`, { headers })
const query = (text: string, more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ query: text, ...more })}`
const raw = (line: string, headers: readonly string[]) => sendRaw(server.origin, requestText(line, headers))
const codeOf = ({ body }: RawAnswer) => JSON.parse(body).errors?.[0].extensions.code

describe('GET', () => {
  test('answers a query, with its variables and operation name', async () => {
    const response = await get(
      query('query a($yes: Boolean!) { whoami { state @include(if: $yes) subject } } query b { me { id } }', {
        operationName: 'a',
        variables: '{"yes":true}',
      }),
      BEARER,
    )
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ data: { whoami: { state: 'ACTIVE', subject: ada.userId } } })
  })

  test('is guarded as POST is', async () => {
    const response = await get(query('{ me { id } }'))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
    expect(await response.json()).not.toHaveProperty('data')
  })

  test.each([
    ['a mutation', 'mutation { revokeAllSessions }', {}],
    ['a mutation that is public', 'mutation { logout { ended } }', {}],
    [
      'a mutation by name',
      'query a { whoami { state } } mutation b { revokeAllSessions }',
      { operationName: 'b' },
    ],
  ])('G56 refuses %s: 405', async (_what, text, more) => {
    const response = await get(query(text, more), BEARER)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
    expect((await response.json()).errors[0].extensions.code).toBe('INVALID_REQUEST')
    expect(await server.judge(ada.accessToken)).toBe('ok')
  })

  test.each([
    ['no query', ''],
    ['variables that are no JSON', query('{ whoami { state } }', { variables: '{"password":"hunter2"' })],
    ['variables that are a list', query('{ whoami { state } }', { variables: '[1]' })],
    ['extensions that are no JSON', query('{ whoami { state } }', { extensions: 'x' })],
    ['a document that is none', query('{')],
    ['bytes that are no UTF-8', '?query=%E0%A4%A'],
  ])('refuses %s: 400', async (_what, search) => {
    const response = await get(search)
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('hunter2')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})

describe('other methods and paths', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])(
    '%s is 405, with the methods that there are',
    async (method) => {
      const response = await fetch(server.url, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET, POST')
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test('no CORS by default: another origin is told nothing', async () => {
    const { headers } = await server.ask('{ whoami { state } }', {
      headers: { origin: 'https://evil.example' },
    })
    const names = [...headers.keys()].filter((name) => name.startsWith('access-control'))
    expect(names).toEqual([])
  })

  test.each([
    '/',
    '/nothing',
    '/graphql/',
    '/graphql/x',
    '/GRAPHQL',
    '//graphql',
    '/graphql%2F',
    '/.well-known/jwks',
  ])('%s is 404', async (path) => {
    const response = await fetch(`${server.origin}${path}`)
    expect(response.status).toBe(404)
    expect((await response.json()).errors).toEqual([
      {
        message: 'There is nothing here: GraphQL is at /graphql.',
        extensions: { code: 'INVALID_REQUEST', action: 'none' },
      },
    ])
  })

  test('/health and /ready answer GET and HEAD', async () => {
    for (const [path, status] of [
      ['/health', 'ok'],
      ['/ready', 'ready'],
    ]) {
      const response = await fetch(`${server.origin}${path}?x=1`)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ status })
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect((await fetch(`${server.origin}${path}`, { method: 'HEAD' })).status).toBe(200)
      const posted = await fetch(`${server.origin}${path}`, { method: 'POST', body: 'x' })
      expect(posted.status).toBe(405)
      expect(posted.headers.get('allow')).toBe('GET, HEAD')
    }
  })

  test.each(['text/html', 'image/png', 'application/json;charset=latin1', 'application/xml, text/css;q=0.5'])(
    'Accept %s is 406, and nothing runs',
    async (accept) => {
      const login = await server.signUp()
      const { status, code, headers } = await server.ask('mutation { logout { ended } }', {
        token: login.accessToken,
        headers: { accept },
      })
      expect({ status, code }).toEqual({ status: 406, code: 'INVALID_REQUEST' })
      expect(headers.get('cache-control')).toBe('no-store')
      expect(await server.judge(login.accessToken)).toBe('ok')
    },
  )

  test.each([
    '*/*',
    'application/*',
    'text/html, */*;q=0.1',
    'Application/JSON',
    'application/graphql-response+json, application/json;q=0.9',
  ])('Accept %s is answered', async (accept) => {
    expect((await server.ask('{ whoami { state } }', { headers: { accept } })).status).toBe(200)
  })
})

describe('a strange request line or header', () => {
  const target = `GET /graphql${query('{ whoami { state code } }')}`

  test.each([
    'a b',
    'x/y',
    'user@x',
    'x#',
    '%zz',
    '',
    'a:99999',
    'a:0x1',
    '[:::]',
    '1.2.3.4.5.6',
    '256.1.1.1',
  ])('Host %j is 400, and no stack is shown', async (host) => {
    const answer = await raw(target, [`Host: ${host}`])
    expect(answer.status).toBe(400)
    expect(codeOf(answer)).toBe('INVALID_REQUEST')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test.each(['localhost', 'localhost:4000', '127.0.0.1:80', '[::1]:4000', 'a_b.example.com', 'EXAMPLE.com'])(
    'Host %s is taken',
    async (host) => {
      expect((await raw(target, [`Host: ${host}`])).status).toBe(200)
    },
  )

  test('a target that is no path is 400', async () => {
    for (const line of ['GET http://evil.example/graphql', 'OPTIONS *', 'GET graphql']) {
      expect((await raw(line, ['Host: x'])).status, line).toBe(400)
    }
    expect((await raw('GET //evil.example/graphql', ['Host: x'])).status).toBe(404)
  })

  test('F31: two Host headers are 400', async () => {
    for (const second of ['x', 'y']) {
      const { status } = await raw('GET /health', ['Host: x', `hOsT: ${second}`])
      expect(status).toBe(400)
    }
  })

  test('F28: an idle connection is kept for longer than load balancers keep it', async () => {
    const { status, headers } = await fetch(`${server.origin}/health`)
    expect(status).toBe(200)
    expect(headers.get('keep-alive')).toBe('timeout=65')
  })

  test('G56 a header of 64 KB is 431, and the server goes on', async () => {
    const big = 'x'.repeat(65_536)
    for (const header of [`X-Big: ${big}`, `Authorization: Bearer ${big}`, `Cookie: ${big}`]) {
      expect((await raw(target, ['Host: x', header])).status).toBe(431)
    }
    expect((await raw(target, ['Host: x'])).status).toBe(200)
  })

  test.each([
    ['two of ours', ['Authorization: Bearer a', 'Authorization: Bearer b']],
    [
      'the same twice',
      [`Authorization: Bearer ${ada.accessToken}`, `Authorization: Bearer ${ada.accessToken}`],
    ],
    ['a good one and another’s', [`Authorization: Bearer ${ada.accessToken}`, 'authorization: Basic YTpi']],
    ['another’s and a good one', ['Authorization: Basic YTpi', `AUTHORIZATION: Bearer ${ada.accessToken}`]],
    ['two in one line', [`Authorization: Bearer ${ada.accessToken}, Bearer b`]],
    ['an empty one and a good one', ['Authorization:', `Authorization: Bearer ${ada.accessToken}`]],
  ])('G56 two Authorization headers are INVALID_REQUEST: %s', async (_what, lines) => {
    const whoami = await raw(target, ['Host: x', ...lines])
    expect(JSON.parse(whoami.body)).toEqual({
      data: { whoami: { state: 'INVALID', code: 'INVALID_REQUEST' } },
    })
    const me = await raw(`GET /graphql${query('{ me { id } }')}`, ['Host: x', ...lines])
    expect({ status: me.status, code: codeOf(me) }).toEqual({ status: 400, code: 'INVALID_REQUEST' })
    expect(me.headers.get('www-authenticate')).toBe('Bearer realm="sallyport", error="invalid_request"')
  })

  test('what is no HTTP is 400', async () => {
    for (const text of ['garbage\r\n\r\n', requestText('GET /graphql', []), '\0\0\0\0\r\n\r\n']) {
      expect((await sendRaw(server.origin, text)).status).toBe(400)
    }
  })
})

test('sallyport.handler serves in a host’s own server, beside what the host has', async () => {
  const host = createServer((request, response) => {
    if (request.url === '/shop') response.end('shop')
    else server.sallyport.handler(request, response)
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => host.close(() => resolve())))
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
  expect(await (await fetch(`${origin}/shop`)).text()).toBe('shop')
  expect((await fetch(`${origin}/health`)).status).toBe(200)
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...BEARER },
    body: JSON.stringify({ query: '{ me { id } }' }),
  })
  expect(await response.json()).toEqual({ data: { me: { id: ada.userId } } })
})
