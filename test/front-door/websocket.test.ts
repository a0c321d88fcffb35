import { describe, expect, test, vi } from 'vitest'
import { guess, logIn, OWNER, PROXY, STRANGER } from '../support/log-in-from.js'
import { PASSWORD, startServer, startSharedServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'
import { createTickHost } from '../support/tick-host.js'
import { ask, bearing, codeOf, createWsClient, openAcknowledged, subscribe } from '../support/web-socket.js'

const LOGIN = 'mutation Enter ($input: LoginInput!) { login(input: $input) { accessToken } }'
const forge = (token: string) => token.replace(/[^.]+$/, 'A'.repeat(43))
const jtiOf = (token: string) => JSON.parse(String(Buffer.from(token.split('.')[1] ?? '', 'base64url'))).jti

describe('G50 over a WebSocket everything is as over HTTP', async () => {
  const host = createTickHost()
  const server = await startSharedServer({ ...host.options, maxDepth: 4 })
  const ada = await server.signUp()

  test('a client of graphql-ws asks, changes and subscribes', async () => {
    const client = createWsClient(server, {
      connectionParams: async () => ({ authorization: `Bearer ${ada.accessToken}` }),
    })
    const seen: unknown[] = []
    for await (const { data } of client.iterate({ query: 'subscription { ticks }' })) seen.push(data)
    expect(seen).toEqual([{ ticks: 1 }, { ticks: 2 }, { ticks: 3 }])
    const query = 'query ($first: Int) { me { username } tokens(first: $first) { edges { cursor } } }'
    const { value } = await client.iterate({ query, variables: { first: 1 } }).next()
    expect(value.data).toMatchObject({ me: { username: ada.username }, tokens: { edges: [{}] } })
  })

  const QUERIES = [
    { code: 'ok', query: '{ whoami { state } }' },
    { code: 'UNAUTHENTICATED', query: '{ me { id } }' },
    { code: 'UNAUTHENTICATED', query: 'subscription { orders }' },
    { code: 'UNAUTHENTICATED', query: 'mutation { revokeAllSessions }' },
    { code: 'GRAPHQL_PARSE_FAILED', query: '{' },
    { code: 'GRAPHQL_VALIDATION_FAILED', query: '{ nothing }' },
    { code: 'INVALID_REQUEST', query: '{ __schema { types { fields { type { name } } } } }' },
    {
      code: 'INVALID_REQUEST',
      query: 'mutation { a: logout { ended } b: refresh { tokenType } c: refresh { tokenType } }',
    },
    { code: 'INTERNAL_SERVER_ERROR', query: '{ broken }' },
  ]
  test.each(QUERIES)('$query: $code', async ({ query, code }) => {
    const raw = await openAcknowledged(server)
    const answer = await ask(raw, query)
    expect(answer.errors?.[0].extensions.code ?? 'ok').toBe(code)
    // The same, but for what is made anew each time.
    const { body } = await server.ask(query)
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value).replace(/"id":"[^"]*"/g, '"id":""'))
    if (!query.startsWith('subscription')) expect(plain(answer)).toEqual(plain(body))
    expect(JSON.stringify(answer)).not.toMatch(/"http"|a secret of the host/)
  })

  test('what cannot be written as JSON fails the one operation', async () => {
    const raw = await openAcknowledged(server)
    const id = subscribe(raw, '{ unwritable }')
    expect(await raw.take()).toMatchObject({
      id,
      type: 'error',
      payload: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    })
    while (raw.messages.length > 0) await raw.take()
    expect(await codeOf(raw, '{ whoami { state } }')).toBe('ok')
  })

  test('G58 each operation is judged anew: a token that expires or is revoked is refused on the open socket', async () => {
    const server = await startServer()
    const ada = await server.signUp()
    const [first, second] = [await server.logIn(ada.username), await server.logIn(ada.username)]
    const sockets = [await openAcknowledged(server, bearing(first.accessToken))]
    sockets.push(await openAcknowledged(server, bearing(second.accessToken)))
    const judge = () => Promise.all(sockets.map((raw) => codeOf(raw, '{ me { id } }')))
    expect(await judge()).toEqual(['ok', 'ok'])
    await server.ask(`mutation { revoke(jti: "${jtiOf(second.accessToken)}") { jti } }`, {
      token: ada.accessToken,
    })
    expect(await judge()).toEqual(['ok', 'TOKEN_REVOKED'])
    server.clock.advance(900)
    expect(await judge()).toEqual(['TOKEN_EXPIRED', 'TOKEN_EXPIRED'])
  })

  test('G58 a stream ends with its token: the last event has the code, and the source is let go', async () => {
    const ada = await server.signUp()
    const raw = await openAcknowledged(server, bearing(ada.accessToken))
    const id = subscribe(raw, 'subscription { orders }')
    expect(await raw.take()).toMatchObject({ id, type: 'next', payload: { data: { orders: 1 } } })
    await server.ask('mutation { logout { ended } }', { token: ada.accessToken })
    expect(await raw.take()).toMatchObject({
      payload: { errors: [{ path: ['orders'], extensions: { code: 'TOKEN_REVOKED', action: 'login' } }] },
    })
    expect(await raw.take()).toEqual({ id, type: 'complete' })
    await vi.waitFor(() => expect(host.waiting.size).toBe(0))
  })

  test('G58 a stream with a token of 30 days, longer than a timer of Node lasts, goes on', async () => {
    const server = await startServer({ ...host.options, accessTokenExpires: '30d' })
    const { accessToken } = await server.signUp()
    const raw = await openAcknowledged(server, bearing(accessToken))
    subscribe(raw, 'subscription { orders }')
    expect((await raw.take()).payload).toEqual({ data: { orders: 1 } })
    server.clock.advance(29 * 86_400)
    expect(await codeOf(raw, '{ me { id } }')).toBe('ok')
    server.clock.advance(86_400)
    expect((await raw.take()).payload.errors[0].extensions.code).toBe('TOKEN_EXPIRED')
  })

  test('a source that fails ends its stream with an error at the field', async () => {
    const raw = await openAcknowledged(server)
    const answer = await ask(raw, 'subscription { failing }')
    expect(answer.errors).toMatchObject([
      { path: ['failing'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ])
  })

  test('who completes a stream hears no more, and its source is let go', async () => {
    const raw = await openAcknowledged(server, bearing(ada.accessToken))
    const id = subscribe(raw, 'subscription { orders }')
    await raw.take()
    expect(host.waiting.size).toBe(1)
    raw.send({ type: 'complete', id })
    await vi.waitFor(() => expect(host.waiting.size).toBe(0))
    expect(await codeOf(raw, '{ me { id } }')).toBe('ok')
  })
})

test('G50 what one instance revokes, another refuses on its open socket, within a second or so', async () => {
  const one = await startServer()
  const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
  const ada = await one.signUp()
  const raw = await openAcknowledged(two, bearing(ada.accessToken))
  expect(await codeOf(raw, '{ me { id } }')).toBe('ok')
  await one.ask('mutation { logout { ended } }', { token: ada.accessToken })
  await vi.waitFor(async () => expect(await codeOf(raw, '{ me { id } }')).toBe('TOKEN_REVOKED'), 10_000)
})

describe('G50 attempts and the log', () => {
  const input = { username: 'ada', password: 'wrong' }

  test('passwords that are tried over a socket count for the address behind the proxy', async () => {
    const server = await startServer({ ...PROXY, loginAttemptsPerSource: 3, loginAttempts: false })
    await server.signUp('ada')
    const raw = await openAcknowledged(server, { headers: { 'x-forwarded-for': STRANGER } })
    const codes = []
    for (let at = 0; at < 2; at++) codes.push(await codeOf(raw, LOGIN, { input }))
    expect(codes).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS'])
    expect(await guess(server, { username: 'ada' }, STRANGER, 2)).toEqual([
      'INVALID_CREDENTIALS',
      'RATE_LIMITED',
    ])
    expect(await codeOf(raw, LOGIN, { input })).toBe('RATE_LIMITED')
    expect((await logIn(server, { username: 'ada' }, OWNER)).code).toBeUndefined()
  })

  test('who hangs up is counted all the same', async () => {
    const server = await startServer({ loginAttemptsPerSource: 1, loginAttempts: false })
    const raw = await openAcknowledged(server)
    subscribe(raw, LOGIN, { input })
    raw.socket.close()
    await raw.closed
    const again = async () => (await server.ask(LOGIN, { variables: { input } })).code
    await vi.waitFor(async () => expect(await again()).toBe('RATE_LIMITED'))
  })

  test('every operation has a line with its name and hash, and without what it holds', async () => {
    const logger = createTestLogger()
    const server = await startServer({ logger, logLevel: 'debug' })
    const { accessToken } = await server.signUp()
    const raw = await openAcknowledged(server, bearing(forge(accessToken)))
    await ask(raw, LOGIN, { input })
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'info',
      fields: { operation: 'Enter', hash: expect.any(String), status: 401, code: 'INVALID_CREDENTIALS' },
    })
    await ask(raw, 'query Me { me { id } }')
    expect(logger.lines.at(-1)?.fields).toMatchObject({
      operation: 'Me',
      code: 'TOKEN_INVALID',
      reason: expect.any(String),
    })
    expect(logger.text()).not.toContain(accessToken.split('.')[1])
  })

  test('a login over a socket is answered there, and can set no cookie', async () => {
    const server = await startServer()
    const { username } = await server.signUp()
    const raw = await openAcknowledged(server)
    const given = { username, password: PASSWORD }
    expect((await ask(raw, LOGIN, { input: given })).data.login.accessToken).toEqual(expect.any(String))
    expect(await codeOf(raw, LOGIN, { input: { ...given, delivery: 'COOKIE' } })).toBe('BAD_USER_INPUT')
  })
})
