import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { resolveLocations } from '../../src/base/resolve-locations.js'
import { createLocator } from '../../src/context/locate-token.js'
import type { RequestSource } from '../../src/context/read-header.js'

const locate = createLocator(resolveLocations({}), 'access')

function inHeader(value: string): RequestSource {
  return { headers: { authorization: value } }
}

describe('P50 P51 the header', () => {
  test.each(['Bearer abc', 'bearer abc', 'BEARER abc', 'bEaReR  abc', '  Bearer abc\t '])(
    'gives its token: %j',
    (value) => {
      expect(locate(inHeader(value))).toEqual({ kind: 'token', raw: 'abc', location: 'header' })
    },
  )

  test.each([
    'Basic YTpi, Bearer abc',
    'Basic YTpi,bearer  abc ',
    'Bearer abc,Basic YTpi',
    'Basic YTpi, Bearer abc, Digest x',
    ', Bearer abc ,',
  ])('gives the one of our scheme among several, as in Flask-JWT-Extended: %j', (value) => {
    expect(locate(inHeader(value))).toEqual({ kind: 'token', raw: 'abc', location: 'header' })
  })

  test.each(['eyJh.eyJi.c_-', 'Token eyJh.eyJi.c_-', 'JWT\teyJh.eyJi.c_-'])(
    'with a token behind another scheme, or none, is nobody, with a hint: %j',
    (value) => {
      const hint = 'the token in the header "authorization" does not stand as "Bearer <token>"'
      expect(locate(inHeader(value))).toEqual({ kind: 'none', hint })
      const cookie = { headers: { authorization: value, cookie: 'access_token_cookie=abc' }, method: 'GET' }
      expect(locate(cookie)).toMatchObject({ kind: 'token', raw: 'abc', location: 'cookie' })
    },
  )

  test.each([
    '',
    ' ',
    'Basic YTpi',
    'Basic YTpi, Digest x',
    'eyJh.b.c',

    'basic',
    'BearerX abc',
    'Bearerabc',
    'Digest a="1", b="2"',
    'abc',
    ', abc',
  ])('of another scheme, or empty, is nobody: %j', (value) => {
    expect(locate(inHeader(value))).toEqual({ kind: 'none' })
  })

  test.each([
    'Bearer',
    'Bearer ',
    'bearer\t',
    'Bearer a b',
    'Bearer a\tb',
    'Bearer a,b',
    'Bearer a, b',
    'Bearer a, Bearer b',
    'Bearer a, Basic YTpi, bearer b',
    'Basic YTpi,bearer',
    'Digest a="1", b="2", Bearer a',
    'Bearer a\u00a0b',
    'Bearer Bearer a',
  ])('G56 that is of our scheme and holds no token is malformed: %j', (value) => {
    expect(locate(inHeader(value))).toMatchObject({ kind: 'malformed', location: 'header' })
  })

  test('P51 has the name and scheme of the options', () => {
    const other = createLocator(resolveLocations({ headerName: 'X-Token', headerType: 'JWT' }), 'access')
    expect(other({ headers: { 'x-token': 'jwt abc', authorization: 'Bearer b' } })).toMatchObject({
      raw: 'abc',
    })
    expect(other(inHeader('Bearer abc'))).toEqual({ kind: 'none' })
    expect(other({ headers: { 'x-token': 'Bearer abc' } })).toEqual({ kind: 'none' })
  })

  test('P51 is the token alone where the scheme is empty', () => {
    const bare = createLocator(resolveLocations({ headerName: 'X-Token', headerType: '' }), 'access')
    expect(bare({ headers: { 'x-token': ' abc ' } })).toMatchObject({ kind: 'token', raw: 'abc' })
    expect(bare({ headers: { 'x-token': '' } })).toEqual({ kind: 'none' })
    for (const value of ['Bearer abc', 'a, b', 'a,b']) {
      expect(bare({ headers: { 'x-token': value } })).toMatchObject({ kind: 'malformed' })
    }
  })

  test('G56 a blank run of a megabyte is read in passing', () => {
    expect(locate(inHeader(`Bearer${' '.repeat(1_000_000)}x y`))).toMatchObject({ kind: 'malformed' })
    expect(locate(inHeader(`Basic${' ,'.repeat(500_000)}`))).toEqual({ kind: 'none' })
  })
})

describe('the header is found', () => {
  const headers = { authorization: 'Bearer abc' }
  const rawHeaders = ['Host', 'localhost', 'Authorization', 'Bearer abc']
  const request = new Request('http://localhost/', { headers })

  test.each<[string, RequestSource]>([
    ['in a Fetch request', request],
    ["in Yoga's initial context without Node", { request }],
    ["in Yoga's initial context on Node", { request, req: { headers, rawHeaders } }],
    ["in Apollo's argument", { req: { headers, rawHeaders } }],
    ["in Apollo's argument without raw headers", { req: { headers } }],
    ["in Mercurius's request", { headers, raw: { headers, rawHeaders } }],
    ["in Yoga's initial context on Fastify", { request, req: { headers, raw: { headers, rawHeaders } } }],
    ['in Headers', { headers: new Headers(headers) }],
    ['in an object of any case', { headers: { AUTHORIZATION: 'Bearer abc' } }],
    ['in an object of lists', { headers: { authorization: ['Bearer abc'] } }],
  ])('%s', (_name, source) => {
    expect(locate(source)).toMatchObject({ kind: 'token', raw: 'abc' })
  })

  test.each<[string, RequestSource]>([
    ['no headers', {}],
    ['null', { headers: null, req: null }],
    ['text', { headers: 'authorization: Bearer abc' }],
    ['numbers', { headers: { authorization: 1 } }],
    ['a request without the header', { req: { headers: {}, rawHeaders: [] } }],
  ])('nowhere: %s', (_name, source) => {
    expect(locate(source)).toEqual({ kind: 'none' })
  })

  test('as a middleware left it, set or removed', () => {
    const set = { req: { headers, rawHeaders: ['Host', 'localhost'] } }
    expect(locate(set)).toMatchObject({ raw: 'abc' })
    const removed = { req: { headers: {}, rawHeaders } }
    expect(locate(removed)).toEqual({ kind: 'none' })
  })
})

describe('G56 a header that came twice is malformed', () => {
  test.each<[string, RequestSource]>([
    [
      'in Headers',
      {
        headers: new Headers([
          ['authorization', 'Bearer a'],
          ['authorization', 'Bearer b'],
        ]),
      },
    ],
    ['in a list', { headers: { authorization: ['Bearer a', 'Bearer b'] } }],
    ['in two cases', { headers: { authorization: 'Bearer a', Authorization: 'Bearer a' } }],
    [
      'in the raw headers',
      {
        req: {
          headers: { authorization: 'Basic a' },
          rawHeaders: ['AUTHORIZATION', 'Basic a', 'Authorization', 'Basic b'],
        },
      },
    ],
  ])('%s', (_name, source) => {
    expect(locate(source)).toMatchObject({ kind: 'malformed' })
  })

  test.each([[['Bearer a', 'Bearer b']], [['Bearer a', 'Bearer a']], [['Basic YTpi', 'Bearer a']]])(
    'over a socket: %j',
    async (values) => {
      expect(await locateOverSocket(values)).toMatchObject({ kind: 'malformed' })
    },
  )

  test('over a socket, once: its token', async () => {
    expect(await locateOverSocket(['Bearer a'])).toMatchObject({ kind: 'token', raw: 'a' })
  })
})

/** What is found in a request that Node parsed. */
async function locateOverSocket(authorization: string[]) {
  const server = createServer()
  const received = new Promise<IncomingMessage>((resolve) => {
    server.on('request', (req, res) => {
      resolve(req)
      res.end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const lines = authorization.map((value) => `Authorization: ${value}\r\n`).join('')
  const socket = connect(port, '127.0.0.1')
  socket.end(`GET / HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`)
  try {
    return locate({ req: await received })
  } finally {
    socket.destroy()
    await new Promise((done) => server.close(done))
  }
}
