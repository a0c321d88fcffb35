import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { requestText, sendRaw } from '../support/raw-http.js'
import { startServer, startSharedServer } from '../support/server.js'
import { createTickHost } from '../support/tick-host.js'
import {
  ask,
  bearing,
  codeOf,
  openAcknowledged,
  openRaw,
  PROTOCOL,
  subscribe,
  tryUpgrade,
  type Upgrade,
} from '../support/web-socket.js'

const ME = '{ me { username } }'
const REFRESH = 'mutation { refresh { user { id } } }'
const LISTED = 'https://app.example.com'

describe('an upgrade', async () => {
  const server = await startSharedServer({ corsOrigins: LISTED })
  const { origin } = server

  const REFUSED: readonly { what: string; how: Upgrade; status: number; code: string }[] = [
    { what: 'another path', how: { path: '/health' }, status: 404, code: 'INVALID_REQUEST' },
    { what: 'no subprotocol', how: { protocols: '' }, status: 400, code: 'INVALID_REQUEST' },
    { what: 'the older subprotocol', how: { protocols: 'graphql-ws' }, status: 400, code: 'INVALID_REQUEST' },
    { what: 'a Host that is none', how: { headers: { host: 'a b' } }, status: 400, code: 'INVALID_REQUEST' },
    ...[
      'https://evil.example',
      `${LISTED}.evil.example`,
      'http://app.example.com',
      'null',
      'file://',
      `${origin}0`,
      `${origin}, ${origin}`,
    ].map((origin) => ({
      what: `G57 the foreign Origin ${origin}`,
      how: { origin },
      status: 403,
      code: 'CSRF_FAILED',
    })),
    {
      what: 'G57 a page of which the browser says that it is of another site',
      how: { origin, headers: { 'sec-fetch-site': 'cross-site' } },
      status: 403,
      code: 'CSRF_FAILED',
    },
  ]
  test.each(REFUSED)('is refused for $what', async ({ how, status, code }) => {
    const answer = await tryUpgrade(server, how)
    expect(answer).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } })
  })

  const LET_IN: readonly { what: string; how: Upgrade }[] = [
    { what: 'no Origin', how: {} },
    { what: 'its own origin', how: { origin } },
    {
      what: 'its own origin without the port that goes without saying',
      how: { origin: 'https://a.example', headers: { host: 'a.example:443' } },
    },
    { what: 'a listed origin', how: { origin: LISTED, headers: { 'sec-fetch-site': 'cross-site' } } },
    { what: 'a query string', how: { path: '/graphql?x=1' } },
  ]
  test.each(LET_IN)('is let in with $what', async ({ how }) => {
    expect((await tryUpgrade(server, how)).status).toBe(101)
  })

  const HANDSHAKE = ['Host: localhost', 'Upgrade: websocket', `Sec-WebSocket-Protocol: ${PROTOCOL}`]
  const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  const upgrade = (...more: string[]) =>
    requestText('GET /graphql', [...HANDSHAKE, ...more]).replace('Connection: close', 'Connection: Upgrade')

  test.each([
    ['no key', upgrade('Sec-WebSocket-Version: 13'), undefined],
    ['another version', upgrade('Sec-WebSocket-Version: 99', KEY), '13, 8'],
    ['no version', upgrade(KEY), '13, 8'],
  ])(
    'with %s is answered, with the versions that it could have, and closed',
    async (_what, text, versions) => {
      const { status, headers, body } = await sendRaw(origin, text)
      expect(status).toBe(400)
      expect(headers.get('sec-websocket-version')).toBe(versions)
      expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
      expect(JSON.parse(body).errors[0].extensions.code).toBe('INVALID_REQUEST')
    },
  )

  test('to something else is ignored, as by any server that does not know it', async () => {
    const body = JSON.stringify({ query: '{ whoami { state } }' })
    const asked = (more: string) =>
      requestText('POST /graphql', ['Host: localhost', 'Content-Type: application/json', more], body)
    // As Java's client and curl do it.
    const java = asked('Upgrade: h2c').replace(
      'Connection: close',
      'Connection: close, Upgrade, HTTP2-Settings',
    )
    for (const chunks of [[java], [java.slice(0, -5), java.slice(-5)]]) {
      const answer = await sendRaw(origin, ...chunks)
      expect(answer).toMatchObject({ status: 200, body: '{"data":{"whoami":{"state":"ANONYMOUS"}}}' })
    }
  })
})

describe('the token of a socket', async () => {
  const server = await startSharedServer({ ...createTickHost().options, cookieSecure: false })
  const ada = await server.signUp()
  const bob = await server.signUp()
  const of = (token: string) => `Bearer ${token}`

  const PLACES = [
    { where: 'in the header of the upgrade', how: { headers: { authorization: of(ada.accessToken) } } },
    { where: 'in connectionParams', how: { params: { authorization: of(ada.accessToken) } } },
    { where: 'in connectionParams, in any case', how: { params: { AUTHORIZATION: of(ada.accessToken) } } },
    {
      where: 'in both',
      how: {
        headers: { authorization: of(ada.accessToken) },
        params: { Authorization: of(ada.accessToken) },
      },
    },
    {
      where: 'beside the password of a proxy',
      how: { headers: { authorization: 'Basic YTpi' }, params: { Authorization: of(ada.accessToken) } },
    },
  ]
  test.each(PLACES)('counts $where', async ({ how }) => {
    const raw = await openAcknowledged(server, how)
    expect(await ask(raw, ME)).toEqual({ data: { me: { username: ada.username } } })
  })

  const UNCLEAR = [
    {
      what: 'two tokens, in header and connectionParams',
      how: {
        headers: { authorization: of(ada.accessToken) },
        params: { authorization: of(bob.accessToken) },
      },
      code: 'INVALID_REQUEST',
    },
    {
      what: 'two tokens in connectionParams',
      how: { params: { authorization: of(ada.accessToken), Authorization: of(bob.accessToken) } },
      code: 'INVALID_REQUEST',
    },
    { what: 'garbage', how: { params: { authorization: of('garbage') } }, code: 'TOKEN_INVALID' },
    { what: 'nothing', how: { params: { authorization: null } }, code: 'UNAUTHENTICATED' },
    {
      what: 'other headers',
      how: { params: { cookie: `access_token_cookie=${ada.accessToken}` } },
      code: 'UNAUTHENTICATED',
    },
  ]
  test.each(UNCLEAR)('with $what is $code', async ({ how, code }) => {
    const raw = await openAcknowledged(server, how)
    expect(await codeOf(raw, ME)).toBe(code)
    expect(await codeOf(raw, '{ whoami { state } }')).toBe('ok')
  })

  test.each([[1], [{}], ['a\nb'], ['a\u0000b']])('%j is no header: the socket is closed', async (value) => {
    const raw = await openRaw(server)
    raw.send({ type: 'connection_init', payload: { authorization: value } })
    expect(await raw.closed).toBe(4400)
  })

  test('G57 one in a cookie needs the csrf value, as over POST', async () => {
    const input = { username: ada.username, password: 'correct horse battery', delivery: 'COOKIE' }
    const { headers, data } = await server.ask(
      'mutation ($input: LoginInput!) { login(input: $input) { csrfToken } }',
      { variables: { input } },
    )
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const { csrfToken } = data.login
    const open = (params: object, more: Record<string, string> = {}) =>
      openAcknowledged(server, { headers: { cookie, ...more }, params })
    const proven = { 'X-CSRF-Token': csrfToken }
    const unproven = [
      await open({}),
      await open({ 'x-csrf-token': 'another' }),
      await open(proven, { 'x-csrf-token': 'another' }),
    ]
    for (const raw of unproven) {
      for (const query of [ME, 'subscription { orders }', REFRESH]) {
        expect(await codeOf(raw, query)).toBe('CSRF_FAILED')
      }
    }
    const raw = await open(proven)
    expect(await codeOf(raw, ME)).toBe('ok')
    // It would set cookies, and a message sets none.
    expect(await codeOf(raw, REFRESH)).toBe('INVALID_REQUEST')
    subscribe(raw, 'subscription { orders }')
    expect((await raw.take()).payload).toEqual({ data: { orders: 1 } })
  })
})

test('a host hands upgrades of its own server over, whatever path the endpoint is mounted at', async () => {
  const { sallyport, signUp } = await startServer()
  const { accessToken } = await signUp()
  const host = createServer(sallyport.handler)
  host.on('upgrade', (request: IncomingMessage & { originalUrl?: string }, socket, head) => {
    request.originalUrl = request.url ?? ''
    request.url = request.originalUrl.replace(/^\/auth/, '') || '/'
    sallyport.upgrade(request, socket, head)
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void host.close())
  const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
  const raw = await openAcknowledged({ url: `${url}/auth/graphql` }, bearing(accessToken))
  expect(await codeOf(raw, ME)).toBe('ok')
  expect((await tryUpgrade({ url }, { path: '/auth' })).status).toBe(404)
  await sallyport.close()
  expect(await raw.closed).toBe(1001)
  expect((await tryUpgrade({ url: `${url}/graphql` })).status).toBe(503)
})
