import { describe, expect, test } from 'vitest'
import { startSharedServer } from '../support/server.js'

const server = await startSharedServer({
  maxBodyBytes: 2_000,
  typeDefs: 'extend type Query { tenant: String @public failing: String! @public }',
  resolvers: {
    Query: {
      tenant: (_parent: unknown, _args: unknown, { tenant }: { tenant?: string }) => tenant,
      failing: () => {
        throw new RangeError('out of order')
      },
    },
  },
})
const ada = await server.signUp()

interface Question {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

const JSON_HEADER = { 'content-type': 'application/json' }
const post = (query: string, headers: Record<string, string> = {}): Question => ({
  method: 'POST',
  headers: { ...JSON_HEADER, ...headers },
  body: JSON.stringify({ query }),
})
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const QUESTIONS: readonly [string, Question][] = [
  ['a query', post('{ whoami { state } }')],
  ['a query with a token', post('{ me { id } sessions { current } }', bearer(ada.accessToken))],
  ['the other media type', post('{ whoami { state } }', { accept: 'application/graphql-response+json' })],
  ['a stream of events', post('{ whoami { state } }', { accept: 'text/event-stream' })],
  ['a refusal', post('{ me { id } }')],
  ['a bad token', post('{ me { id } }', bearer('garbage'))],
  ['two tokens', post('{ me { id } }', { authorization: `Bearer ${ada.accessToken}, Bearer b` })],
  ['a refusal that ran', post('mutation { refresh { tokenType } }', bearer(ada.accessToken))],
  ['a parse error', post('{')],
  ['a validation error', post('{ nothing }')],
  ['half of an answer', post('{ whoami { state } tenant }')],
  ['GET', { path: '/graphql?query={whoami{state}}' }],
  ['GET with a mutation', { path: '/graphql?query=mutation{logout{ended}}' }],
  ['GET with broken variables', { path: '/graphql?query={whoami{state}}&variables={' }],
  ['GET without a query', { path: '/graphql' }],
  ['another method', { method: 'PUT' }],
  ['OPTIONS', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }],
  ['another path', { path: '/nothing' }],
  ['/health', { path: '/health' }],
  ['/ready', { path: '/ready' }],
  ['POST to /health', { path: '/health', method: 'POST', body: 'x' }],
  ['a form', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }],
  ['no body', { method: 'POST', headers: JSON_HEADER }],
  ['no JSON', { method: 'POST', headers: JSON_HEADER, body: '{' }],
  ['a batch', { method: 'POST', headers: JSON_HEADER, body: '[{"query":"{ me { id } }"}]' }],
  ['no UTF-8', { method: 'POST', headers: JSON_HEADER, body: new Uint8Array([0x7b, 0xff]) }],
  ['too much', { method: 'POST', headers: JSON_HEADER, body: 'x'.repeat(2_001) }],
  ['an Accept that nobody can meet', post('{ whoami { state } }', { accept: 'image/png' })],
]

/** What both ways must agree on; the connection is the server's own business, and each request has its own id. */
async function read(response: Response) {
  const { date: _date, connection: _connection, ...headers } = Object.fromEntries(response.headers)
  for (const name of ['keep-alive', 'transfer-encoding', 'content-length', 'x-request-id'])
    delete headers[name]
  return { status: response.status, headers, body: await response.text() }
}

describe('sallyport.fetch answers as the server over HTTP does', () => {
  test.each(QUESTIONS)('%s', async (_what, { path = '/graphql', ...init }) => {
    const request = { method: 'GET', ...init } as RequestInit
    const overHttp = await read(await fetch(`${server.origin}${path}`, request))
    const direct = await read(
      await server.sallyport.fetch(new Request(`http://sallyport.example${path}`, request)),
    )
    expect(direct).toEqual(overHttp)
  })

  test('a stream that is cancelled, and one that is read, are real ones', async () => {
    const { path: _path, ...init } = post('{ whoami { state } }', { accept: 'text/event-stream' })
    const request = () => new Request('http://sallyport.example/graphql', init as RequestInit)
    const response = await server.sallyport.fetch(request())
    expect(response).toBeInstanceOf(Response)
    expect(await response.text()).toMatch(/^event: next\ndata: \{"data".*\}\n\nevent: complete/ms)
    await (await server.sallyport.fetch(request())).body?.cancel()
  })

  test('an unexpected error is masked alike, but for its id', async () => {
    const { method, headers, body } = post('{ failing }')
    const response = await server.sallyport.fetch(
      new Request('http://sallyport.example/graphql', { method, headers, body: body as string }),
    )
    expect(response.status).toBe(500)
    expect((await response.json()).errors[0].extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      action: 'none',
      id: expect.any(String),
    })
  })

  test('what is given as context is there for resolvers, and cannot stand in for an identity', async () => {
    const ask = async (query: string, context: object) => {
      const { method, headers, body } = post(query)
      const request = new Request('http://sallyport.example/graphql', {
        method,
        headers,
        body: body as string,
      })
      return (await server.sallyport.fetch(request, context)).json()
    }
    expect(await ask('{ tenant }', { tenant: 'acme' })).toEqual({ data: { tenant: 'acme' } })
    const forged = { identity: { kind: 'active', subject: ada.userId }, claims: { sub: ada.userId } }
    const answer = await ask('{ me { id } }', forged)
    expect(answer.errors[0].extensions.code).toBe('UNAUTHENTICATED')
  })

  test('the address of a login is unknown, its agent is not', async () => {
    const { method, headers, body } = post(
      'mutation { signup(input: { username: "grace", password: "correct horse" }) { session { ip userAgent } } }',
      { 'user-agent': 'shop/1.0' },
    )
    const response = await server.sallyport.fetch(
      new Request('http://sallyport.example/graphql', { method, headers, body: body as string }),
    )
    expect((await response.json()).data.signup.session).toEqual({ ip: null, userAgent: 'shop/1.0' })
  })
})
