import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { expect, onTestFinished, test } from 'vitest'
import { apolloGuard } from '../../../src/guard/apollo.js'
import { guardSchema, type Viewer } from '../../../src/guard/index.js'
import { makeHost } from '../support/host.js'
import { ANYBODY } from '../support/run.js'

interface Context {
  viewer: Viewer
}

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    secret: String @auth
    second: String @auth
    asked: String @policy(policies: [["never"]])
  }
`
const ACTIVE: Viewer = { kind: 'active' }

async function start(
  options: Pick<ApolloServerOptions<Context>, 'formatError' | 'logger'> = {},
  plugins: ApolloServerPlugin<Context>[] = [],
) {
  const host = makeHost(typeDefs)
  const server = new ApolloServer<Context>({
    schema: guardSchema(host.schema, {
      unmarked: 'public',
      viewer: (context: unknown) => (context as Context).viewer,
    }),
    plugins: [...plugins, apolloGuard()],
    allowBatchedHttpRequests: true,
    includeStacktraceInErrorResponses: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    ...options,
  })
  await server.start()
  onTestFinished(() => server.stop())
  return async (body: unknown, viewer: Viewer = ANYBODY) => {
    host.ran.length = 0
    const { status, headers, ...answer } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body,
      },
      context: async () => ({ viewer }),
    })
    const text = answer.body.kind === 'complete' ? answer.body.string : ''
    return {
      status: status ?? 200,
      challenge: headers.get('www-authenticate'),
      body: JSON.parse(text),
      ran: [...host.ran],
    }
  }
}

const [open, secret, asked, wrong] = ['{ open }', '{ secret }', '{ asked }', '{ nothing }'].map((query) => ({
  query,
}))

test('G34 each operation of a batch is judged alone', async () => {
  const ask = await start()
  const { body, ran } = await ask([open, secret, open])
  expect(body.map((answer: object) => 'data' in answer)).toEqual([true, false, true])
  expect(ran).toEqual(['Query.open', 'Query.open'])
})

test.each([
  ['one that is refused', [open, secret], ANYBODY],
  ['one that is refused first', [secret, open], ANYBODY],
  ['some that are refused', [secret, open, secret, asked], ANYBODY],
  ['nothing but refusals', [secret, secret], ANYBODY],
  ['one that a policy refuses', [asked, open], ACTIVE],
  ['one that a policy refuses last', [open, asked], ACTIVE],
  ['one with a bad token', [secret, open], { kind: 'revoked' } as const],
])('a batch has no status and no challenge of %s', async (_name, batch, viewer) => {
  const ask = await start()
  const { status, challenge, body } = await ask(batch, viewer)
  expect([status, challenge]).toEqual([200, undefined])
  for (const [index, operation] of batch.entries()) {
    expect(body[index].data).toEqual(operation === open ? { open: 'Query.open' } : undefined)
    expect(body[index].errors?.length).toBe(operation === open ? undefined : 1)
  }
})

test('a batch has the status that Apollo gives it for its other operations', async () => {
  const ask = await start()
  for (const batch of [
    [wrong, secret],
    [secret, wrong, open],
  ]) {
    expect((await ask(batch)).status).toBe(400)
  }
  const plugin: ApolloServerPlugin<Context> = {
    async requestDidStart() {
      return {
        async willSendResponse({ response }) {
          response.http.status = 202
        },
      }
    },
  }
  expect((await (await start({}, [plugin]))([secret, open])).status).toBe(202)
})

test('an answer that was not executed for this request costs its own operation alone', async () => {
  const cache: ApolloServerPlugin<Context> = {
    async requestDidStart() {
      return {
        async responseForOperation({ source }) {
          if (source !== secret?.query) return null
          const http = { headers: new HeaderMap(), status: 200 }
          return { http, body: { kind: 'single', singleResult: { data: { secret: 'of another' } } } }
        },
      }
    },
  }
  const logged: string[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (line: string) => void logged.push(line) }
  const ask = await start({ logger }, [cache])
  const { status, body } = await ask([open, secret, open], ACTIVE)
  expect(status).toBe(200)
  expect(body.map(({ data }: { data?: object }) => data)).toEqual([
    { open: 'Query.open' },
    undefined,
    { open: 'Query.open' },
  ])
  expect(body[1].errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR')
  expect(logged.join()).toContain("foreignAnswers: 'judge'")
  expect((await ask(secret, ACTIVE)).status).toBe(500)
})

test.each([
  ['an operation', (operation: object) => operation, (body: object) => body],
  ['a batch', (operation: object) => [operation], ([first]: object[]) => first],
])('what formatError makes of each refusal is sent: %s', async (name, make, first) => {
  const formatted: unknown[] = []
  const ask = await start({
    formatError(error, original) {
      formatted.push(original)
      return {
        message: 'No.',
        extensions: { host: error.extensions?.code, at: error.locations?.[0]?.column },
      }
    },
  })
  const refused = await ask(make({ query: '{ open secret second }' }))
  expect(first(refused.body)).toEqual({
    errors: [
      { message: 'No.', extensions: { host: 'UNAUTHENTICATED', at: 8 } },
      { message: 'No.', extensions: { host: 'UNAUTHENTICATED', at: 15 } },
    ],
  })
  expect(refused.status).toBe(name === 'a batch' ? 200 : 401)
  expect(formatted).toHaveLength(2)
  const byPolicy = await ask(make({ query: '{ open asked }' }), ACTIVE)
  expect(first(byPolicy.body)).toEqual({
    errors: [{ message: 'No.', extensions: { host: 'FORBIDDEN', at: 8 } }],
  })
  expect(byPolicy.status).toBe(name === 'a batch' ? 200 : 403)
  expect(byPolicy.ran).toEqual([])
})
