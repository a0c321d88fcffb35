import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { StoreUnavailable } from '../../src/store/failures.js'
import { PASSWORD, startServer, type TestServerOptions } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'
import { createTestLogger } from '../support/test-logger.js'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const NAMED = 'query Who { whoami { state } }'
const loginWith = (password: string) =>
  `mutation Enter { login(input: { username: "ada", password: "${password}" }) { tokenType } }`
type Pair = Readonly<Record<'accessToken' | 'refreshToken', string>>
const forge = (token: string) => token.replace(/[^.]+$/, 'A'.repeat(43))

async function start(options: TestServerOptions = {}) {
  const logger = createTestLogger()
  // However slow the machine is, no request takes any time.
  const clock = Object.assign(createTestClock(), { elapsed: () => 0 })
  const server = await startServer({ logger, clock, logLevel: 'debug', ...options })
  logger.clear()
  return { server, logger, last: () => logger.lines.at(-1) }
}

describe('the id of a request', () => {
  test('is made, and answered', async () => {
    const { server } = await start()
    const ids = [await server.ask(NAMED), await server.ask('{')].map(({ headers }) =>
      headers.get('x-request-id'),
    )
    for (const id of ids) expect(id).toMatch(UUID)
    expect(ids[0]).not.toBe(ids[1])
    expect((await fetch(`${server.origin}/health`)).headers.get('x-request-id')).toMatch(UUID)
  })

  test('is the one that the request brought', async () => {
    const { server, last } = await start()
    const { headers } = await server.ask(NAMED, { headers: { 'x-request-id': 'proxy-0123_ABC' } })
    expect(headers.get('x-request-id')).toBe('proxy-0123_ABC')
    expect(last()?.fields).toMatchObject({ requestId: 'proxy-0123_ABC' })
  })

  test.each([
    { what: 'a short one', id: 'abc' },
    { what: 'a long one', id: 'a'.repeat(65) },
    { what: 'a token', id: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln' },
    { what: 'one with a line break for the log', id: 'abcdefgh","level":"x' },
  ])('is not $what', async ({ id }) => {
    const { server, logger } = await start()
    const { headers } = await server.ask(NAMED, { headers: { 'x-request-id': id } })
    expect(headers.get('x-request-id')).toMatch(UUID)
    expect(logger.text()).not.toContain(id)
  })
})

describe('at the level debug every request has a line', () => {
  test('with the name and the hash of the operation, status and time, and nothing else', async () => {
    const { server, last } = await start()
    const { headers } = await server.ask(NAMED)
    expect(last()).toMatchObject({ level: 'debug', message: 'request' })
    expect(last()?.fields).toEqual({
      requestId: headers.get('x-request-id'),
      operation: 'Who',
      hash: createHash('sha256').update(NAMED).digest('hex').slice(0, 16),
      status: 200,
      code: undefined,
      reason: undefined,
      errorId: undefined,
      ms: expect.any(Number),
    })
  })

  test('the hash is that of the text without the values written into it', async () => {
    const { server, last } = await start({})
    const hashOf = async (query: string) => {
      await server.ask(query)
      return last()?.fields.hash
    }
    const [one, two] = [await hashOf(loginWith(PASSWORD)), await hashOf(loginWith('quite another one'))]
    expect(one).toMatch(/^[\da-f]{16}$/)
    expect(two).toBe(one)
    expect(await hashOf(loginWith('x').replace('tokenType', 'csrfToken'))).not.toBe(one)
  })

  test.each([
    { what: 'a text that is no document', query: `{ ${PASSWORD}`, fields: { code: 'GRAPHQL_PARSE_FAILED' } },
    { what: 'a document without a name', query: '{ whoami { state } }', fields: { status: 200 } },
    { what: 'a refusal', query: 'query Me { me { id } }', fields: { status: 401, code: 'UNAUTHENTICATED' } },
  ])('$what', async ({ query, fields }) => {
    const { server, last } = await start()
    await server.ask(query)
    expect(last()).toMatchObject({ level: 'debug', fields })
  })
})

describe('at the level info only some have one', () => {
  test('not what every client meets every day', async () => {
    const { server, logger } = await start({ logLevel: 'info' })
    const { accessToken, refreshToken } = await server.signUp('ada')
    server.clock.advance(901)
    expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
    await server.refresh(refreshToken)
    await server.ask('{ me { id } }')
    await server.ask('{')
    expect(logger.lines).toEqual([])
  })

  test.each([{ accept: 'application/json' }, { accept: 'text/event-stream' }])(
    'whose credentials were refused, answered as $accept',
    async ({ accept }) => {
      const { server, logger } = await start({ logLevel: 'info' })
      await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: loginWith('wrong password') }),
      }).then((response) => response.text())
      await expect.poll(() => logger.lines).toHaveLength(1)
      expect(logger.lines[0]).toMatchObject({
        level: 'info',
        message: 'request refused',
        fields: { operation: 'Enter', status: 401, code: 'INVALID_CREDENTIALS' },
      })
    },
  )

  test.each([
    { what: 'garbage', token: () => 'garbage', reason: 'not three parts of base64url' },
    {
      what: 'a refresh token',
      token: ({ refreshToken }: Pair) => refreshToken,
      reason: 'type: refresh, not access',
    },
    {
      what: 'a forged one',
      token: ({ accessToken }: Pair) => forge(accessToken),
      reason: 'the signature does not match',
    },
  ])(
    'and say why a token was refused, of which the client is told nothing: $what',
    async ({ token, reason }) => {
      const { server, last } = await start({ logLevel: 'info' })
      const { errors } = await server.ask('{ me { id } }', { token: token(await server.signUp()) })
      expect(errors).toMatchObject([
        { message: 'The token is not valid.', extensions: { code: 'TOKEN_INVALID' } },
      ])
      expect(JSON.stringify(errors)).not.toContain(reason)
      expect(last()).toMatchObject({ level: 'info', fields: { code: 'TOKEN_INVALID', reason } })
    },
  )

  test('and why one in an argument was', async () => {
    const { server, last } = await start({ logLevel: 'info' })
    const { accessToken } = await server.signUp()
    expect(await server.refresh(accessToken)).toMatchObject({ code: 'TOKEN_INVALID' })
    expect(last()?.fields).toMatchObject({ code: 'TOKEN_INVALID', reason: 'type: access, not refresh' })
  })

  test('the same through fetch, with and without a stream', async () => {
    const { server, logger } = await start({ logLevel: 'info' })
    for (const accept of ['application/json', 'text/event-stream']) {
      const headers = { 'content-type': 'application/json', accept, authorization: 'Bearer garbage' }
      const body = JSON.stringify({ query: '{ me { id } }' })
      const request = new Request(server.url, { method: 'POST', headers, body })
      const response = await server.sallyport.fetch(request)
      await response.text()
      expect(logger.lines.at(-1)?.fields).toMatchObject({
        requestId: response.headers.get('x-request-id'),
        code: 'TOKEN_INVALID',
        reason: 'not three parts of base64url',
      })
    }
    expect(logger.lines).toHaveLength(2)
  })

  test('F31: a failure of ours: one line, with the id that the client was shown and the error itself', async () => {
    const { server, logger } = await start({
      logLevel: 'info',
      typeDefs: 'extend type Query { broken: String @public }',
      resolvers: { Query: { broken: () => Promise.reject(new Error('boom')) } },
    })
    const { errors, headers } = await server.ask('query Break { whoami { state } broken }')
    const id = errors[0]?.extensions.id
    expect(id).toMatch(UUID)
    expect(logger.lines).toMatchObject([
      {
        level: 'error',
        message: 'request failed',
        fields: {
          ...{ errorId: id, requestId: headers.get('x-request-id'), operation: 'Break', status: 200 },
          err: { message: 'boom' },
        },
      },
    ])
    expect(logger.lines).toHaveLength(1)
  })

  test('F31: of several failures each has a line under its id, and an outage has one for all', async () => {
    const fail = (error: Error) => () => Promise.reject(error)
    const { server, logger } = await start({
      logLevel: 'info',
      typeDefs: 'extend type Query { one: Int @public two: Int @public down: Int @public }',
      resolvers: {
        Query: {
          ...{ one: fail(new Error('one')), two: fail(new Error('two')) },
          down: fail(new StoreUnavailable('the database failed')),
        },
      },
    })
    const { headers, errors } = await server.ask('{ down a: down one two }')
    const requestId = headers.get('x-request-id')
    expect(logger.lines.map(({ fields }) => fields)).toMatchObject(
      ['one', 'two'].map((message) => ({
        ...{ requestId, err: { message } },
        errorId: errors.find(({ path }) => path?.[0] === message)?.extensions.id,
      })),
    )
    await server.ask('{ whoami { state } down b: down c: down }')
    expect(logger.lines.slice(2)).toMatchObject([
      {
        ...{ level: 'error', message: 'request failed' },
        fields: { code: 'UNAVAILABLE', err: { name: 'StoreUnavailable' } },
      },
    ])
    expect(logger.lines).toHaveLength(3)
  })

  test('a slow one, at warn', async () => {
    const clock = createTestClock()
    const wait = () => Object.assign(clock, { elapsed: () => 1_000 }) === clock
    Object.assign(clock, { elapsed: () => 0 })
    const { server, logger } = await start({
      clock,
      logLevel: 'warn',
      typeDefs: 'extend type Query { wait: Boolean @public }',
      resolvers: { Query: { wait } },
    })
    await server.ask('query Wait { wait }')
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'slow request',
      fields: { operation: 'Wait', status: 200 },
    })
  })
})
