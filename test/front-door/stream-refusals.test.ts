import { fetchExchange, Client as UrqlClient } from '@urql/core'
import { createClient as createSseClient, type ClientOptions as SseOptions } from 'graphql-sse'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../src/client/index.js'
import { openEvents, STREAM_DOORS } from '../support/event-stream.js'
import { PASSWORD, startServer, startSharedServer, type TestServer } from '../support/server.js'
import { createTickHost } from '../support/tick-host.js'
import { ask, bearing, createWsClient, openAcknowledged, subscribe } from '../support/web-socket.js'

const server = await startSharedServer({ ...createTickHost().options, maxDepth: 4, maxBodyBytes: 10_000 })
const ada = await server.signUp()

const UNEXECUTED = [
  { code: 'GRAPHQL_PARSE_FAILED', query: '{' },
  { code: 'GRAPHQL_VALIDATION_FAILED', query: '{ nothing }' },
  { code: 'GRAPHQL_VALIDATION_FAILED', query: 'subscription { nothing }' },
  { code: 'INVALID_REQUEST', query: '{ __schema { types { fields { type { name } } } } }' },
  { code: 'INVALID_REQUEST', query: 'mutation { a: refresh { tokenType } b: refresh { tokenType } }' },
]
const REFUSED: readonly { code: string; action: string; query: string; token?: string }[] = [
  { code: 'UNAUTHENTICATED', action: 'login', query: 'subscription { orders }' },
  { code: 'UNAUTHENTICATED', action: 'login', query: '{ me { id } }' },
  { code: 'TOKEN_INVALID', action: 'login', query: 'subscription { orders }', token: 'x.y.z' },
  { code: 'FORBIDDEN', action: 'none', query: '{ users { nodes { id } } }', token: ada.accessToken },
  {
    code: 'INVALID_CREDENTIALS',
    action: 'none',
    query: 'mutation { login(input: { username: "ada", password: "wrong" }) { tokenType } }',
  },
]

function openSse({ url }: Pick<TestServer, 'url'>, options: Partial<SseOptions<false>> = {}) {
  const client = createSseClient({ url, retryAttempts: 0, ...options })
  onTestFinished(() => client.dispose())
  return client
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

function post(door: string, query: string, headers: Record<string, string> = {}) {
  const accept = { 'content-type': 'application/json', accept: 'text/event-stream' }
  const init = { method: 'POST', headers: { ...accept, ...headers }, body: JSON.stringify({ query }) }
  return STREAM_DOORS[door]?.(server, init) as Promise<Response>
}

describe('F20: a client of graphql-sse', () => {
  test.each([...REFUSED, ...UNEXECUTED.map((one) => ({ ...one, action: 'none', token: undefined }))])(
    'F20: is shown code and action, and asks once: $code for $query',
    async ({ query, code, action, token }) => {
      const messages: string[] = []
      const client = openSse(server, {
        headers: bearer(token),
        retryAttempts: 5,
        onMessage: ({ event }) => messages.push(event),
      })
      const results = await collect(client.iterate({ query }))
      expect(results).toMatchObject([{ errors: [{ extensions: { code, action } }] }])
      expect(JSON.stringify(results)).not.toContain('"http"')
      expect(messages).toEqual(['next', 'complete'])
    },
  )

  test('F20: by our client refreshes, without a word to the application', async () => {
    const server = await startServer(createTickHost().options)
    const { username } = await server.signUp()
    const session = createClient({ url: server.url, clock: { ...server.clock, now: () => 0 } })
    await session.logIn({ username, password: PASSWORD })
    server.clock.advance(901)
    const client = openSse(server, { fetchFn: session.fetch })
    const first = await client.iterate({ query: 'subscription { orders }' }).next()
    expect(first.value).toEqual({ data: { orders: 1 } })
    // And what ends the session is known to have ended it.
    await server.ask('mutation { revokeAllSessions }', { token: await session.accessToken() })
    const results = await collect(client.iterate({ query: '{ me { id } }' }))
    expect(results).toMatchObject([{ errors: [{ extensions: { action: 'login' } }] }])
    expect(session.isLoggedIn()).toBe(false)
  })
})

describe('F20: a client of urql', () => {
  test.each(
    [...REFUSED, ...UNEXECUTED.map((one) => ({ ...one, token: undefined }))].filter(({ query }) =>
      query.startsWith('subscription'),
    ),
  )('F20: that subscribes by fetch is shown $code for $query', async ({ query, code, token }) => {
    const client = new UrqlClient({
      url: server.url,
      exchanges: [fetchExchange],
      fetchSubscriptions: true,
      preferGetMethod: false,
      fetchOptions: { headers: bearer(token) },
    })
    const { error } = await client.subscription(query, {}).toPromise()
    expect(error?.graphQLErrors).toMatchObject([{ extensions: { code } }])
  })
})

describe.each(Object.keys(STREAM_DOORS))('F20: through %s', (door) => {
  test('F20: the stream is accepted, and has the headers of the refusal', async () => {
    const refused = await post(door, 'subscription { orders }')
    expect(refused.status).toBe(200)
    expect(refused.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
    expect(await refused.text()).toMatch(/event: next\ndata: \{"errors":.*\n\nevent: complete\n/)
  })

  test('F20: a JSON answer keeps its status', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json, text/event-stream']) {
      for (const query of ['{ me { id } }', 'subscription { orders }']) {
        const refused = await post(door, query, { accept: `${accept}, text/event-stream` })
        expect([refused.status, (await refused.json()).errors[0].extensions.code]).toEqual([
          401,
          'UNAUTHENTICATED',
        ])
      }
    }
  })

  test('F20: what is refused before GraphQL has its status', async () => {
    const statuses = [
      await post(door, '{ me { id } }', { 'content-type': 'text/plain' }),
      await post(door, `{ me { id } } # ${'x'.repeat(10_000)}`),
      await STREAM_DOORS[door]?.(server, { method: 'PUT', headers: { accept: 'text/event-stream' } }),
    ].map((response) => response?.status)
    expect(statuses).toEqual([415, 413, 405])
  })

  test('F20: a stream that began and loses its token is as before', async () => {
    const server = await startServer(createTickHost().options)
    const { accessToken } = await server.signUp()
    const events = await openEvents(server, 'subscription { orders }', { door, headers: bearer(accessToken) })
    expect(await events.next()).toEqual({ data: { orders: 1 } })
    await server.ask('mutation { revokeAllSessions }', { token: accessToken })
    expect(await events.rest()).toMatchObject([
      ['next', { errors: [{ extensions: { code: 'TOKEN_REVOKED' } }] }],
      ['complete', {}],
    ])
  })
})

describe('F20: over a WebSocket', () => {
  test.each(UNEXECUTED)(
    'F20: $code for $query is an error, and nothing after it',
    async ({ query, code }) => {
      const raw = await openAcknowledged(server)
      const id = subscribe(raw, query)
      expect(await raw.take()).toMatchObject({
        id,
        type: 'error',
        payload: [{ extensions: { code, action: 'none' } }],
      })
      expect(await ask(raw, '{ whoami { state } }')).toEqual({ data: { whoami: { state: 'ANONYMOUS' } } })
      const client = createWsClient(server)
      await expect(collect(client.iterate({ query }))).rejects.toMatchObject([{ extensions: { code } }])
    },
  )

  test.each(REFUSED)(
    'F20: $code for $query is a result with its action',
    async ({ query, code, action, token }) => {
      const raw = await openAcknowledged(server, token === undefined ? {} : bearing(token))
      const id = subscribe(raw, query)
      expect(await raw.take()).toMatchObject({
        id,
        type: 'next',
        payload: { errors: [{ extensions: { code, action } }] },
      })
      expect(await raw.take()).toEqual({ id, type: 'complete' })
      const client = createWsClient(server, { connectionParams: bearer(token) })
      expect(await collect(client.iterate({ query }))).toMatchObject([
        { errors: [{ extensions: { code, action } }] },
      ])
    },
  )
})
