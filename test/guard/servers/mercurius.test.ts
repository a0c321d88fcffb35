import Fastify from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { type MercuriusOptions, mercurius } from 'mercurius'
import { afterEach, describe, expect, test } from 'vitest'
import { type GuardOptions, guardSchema, type Viewer } from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'
import { makeHost } from '../support/host.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    secret: String @auth
    second: String @fresh(maxAge: 60)
    maybe: String @auth(onDeny: NULL)
    asked: String @policy(policies: [["never"]])
    node: Node
  }
  interface Node {
    id: ID
  }
  type Diary implements Node @auth {
    id: ID
  }
  type Mutation {
    first: String
    guarded: String @auth(roles: ["admin"])
  }
  type Subscription {
    news: String @auth
  }
`

const OPTIONS: GuardOptions = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
}

const started: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.close()))
})

type MercuriusApp = ReturnType<typeof Fastify>

interface Settings {
  withGuard?: boolean
  /** What somebody does to the application when it is guarded. */
  change?: (app: MercuriusApp) => unknown
  log?: (line: string) => void
}

async function start(
  options: Partial<MercuriusOptions> = {},
  { withGuard = true, change, log = () => undefined }: Settings = {},
) {
  const host = makeHost(typeDefs)
  const app = Fastify({ logger: { level: 'error', stream: { write: log } } })
  started.push({ close: async () => void (await app.close()) })
  await app.register(mercurius, {
    schema: guardSchema(host.schema, OPTIONS),
    context: (request) => ({ viewer: { kind: request.headers['x-kind'] ?? 'anonymous' } }),
    ...options,
  } as MercuriusOptions)
  if (withGuard) mercuriusGuard(app)
  change?.(app)
  return async (payload: object, kind = 'anonymous') => {
    host.ran.length = 0
    const response = await app.inject({
      method: 'POST',
      url: '/graphql',
      payload,
      headers: { 'x-kind': kind },
    })
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.json(),
      ran: [...host.ran],
    }
  }
}

describe.each([
  ['mercuriusGuard', {}],
  ['mercuriusGuard with compiled queries', { jit: 1 }],
])('behind %s', (_name, options) => {
  test('a refusal has status, challenge, one error for each coordinate, and no data', async () => {
    const run = await start(options)
    for (let round = 0; round < 3; round++) {
      const { status, headers, body, ran } = await run({ query: '{ open secret second again: secret }' })
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer realm="sallyport"')
      expect(body).not.toHaveProperty('data')
      expect(body.errors.map(({ extensions }: { extensions: object }) => extensions)).toEqual([
        { code: 'UNAUTHENTICATED', action: 'login', coordinate: 'Query.secret' },
        { code: 'UNAUTHENTICATED', action: 'login', coordinate: 'Query.second' },
      ])
      expect(ran).toEqual([])
    }
  })

  test('G30 the same text by a user and by nobody', async () => {
    const run = await start(options)
    for (const kind of ['active', 'anonymous', 'active', 'anonymous', 'expired', 'active']) {
      const { status, body } = await run({ query: '{ secret }' }, kind)
      expect(status).toBe(kind === 'active' ? 200 : 401)
      if (kind === 'active') expect(body).toEqual({ data: { secret: 'Query.secret' } })
    }
  })

  test('G21 the same text with other variables', async () => {
    const run = await start(options)
    const query = 'query ($x: Boolean!) { open secret @include(if: $x) }'
    for (const x of [false, true, false, true]) {
      expect((await run({ query, variables: { x } })).status).toBe(x ? 401 : 200)
    }
  })

  test('G22 two operations', async () => {
    const run = await start(options)
    const query = 'query A { open } query B { secret }'
    expect((await run({ query, operationName: 'A' })).status).toBe(200)
    expect((await run({ query, operationName: 'B' })).status).toBe(401)
  })

  test.each([
    ['G02 a guarded type through its interface', '{ open node { id } }'],
    ['G54 a guarded second field of a mutation', 'mutation { first guarded }'],
  ])('%s', async (_name, query) => {
    const run = await start(options)
    for (let round = 0; round < 3; round++) {
      const answer = await run({ query })
      expect([answer.status, answer.ran]).toEqual([401, []])
    }
  })

  test('NULL gives null and an error, with data and status 200', async () => {
    const run = await start(options)
    for (let round = 0; round < 3; round++) {
      const { status, body } = await run({ query: '{ open maybe }' })
      expect(status).toBe(200)
      expect(body).toMatchObject({
        data: { open: 'Query.open', maybe: null },
        errors: [{ path: ['maybe'], extensions: { code: 'UNAUTHENTICATED' } }],
      })
    }
  })

  test('what a policy refuses has status and no data', async () => {
    const run = await start(options)
    for (let round = 0; round < 3; round++) {
      const { status, body, ran } = await run({ query: '{ open asked }' }, 'active')
      expect(status).toBe(403)
      expect(body).not.toHaveProperty('data')
      expect(ran).toEqual([])
    }
  })
})

test('G34 each operation of a batch is judged alone', async () => {
  const run = await start({ allowBatchedQueries: true })
  const { status, body } = await run([{ query: '{ open }' }, { query: '{ secret }' }, { query: '{ open }' }])
  expect(status).toBe(200)
  expect(body.map((answer: object) => 'data' in answer)).toEqual([true, false, true])
})

test('a schema that is not guarded, or whose fields were replaced, stops the start', async () => {
  const app = Fastify()
  started.push({ close: async () => void (await app.close()) })
  await app.register(mercurius, { schema: makeHost(typeDefs).schema })
  expect(() => mercuriusGuard(app)).toThrow(/mercuriusGuard: the schema is not guarded/)
  const guard = (schema: GraphQLSchema) => mercuriusGuard({ graphql: { schema, addHook() {} }, log: app.log })
  const without = guardSchema(makeHost(typeDefs).schema, OPTIONS)
  delete without.getTypeMap().Diary
  expect(() => guard(without)).toThrow(/mercuriusGuard: Diary.id: put the fields/)
  const leaking = guardSchema(makeHost(typeDefs).schema, OPTIONS)
  const fields = leaking.getSubscriptionType()?.getFields() ?? {}
  Object.assign(fields, { news: { ...fields.news, subscribe: async function* () {} } })
  expect(() => guard(leaking)).toThrow(/mercuriusGuard: Subscription.news: put the fields/)
})

test.each([
  [
    'whose fields are replaced after the start',
    (app: MercuriusApp) => {
      const fields = app.graphql.schema.getQueryType()?.getFields() ?? {}
      Object.assign(fields, { secret: { ...fields.secret, resolve: () => 'leaked' } })
    },
    'Query.secret: put the fields',
  ],
  [
    'that takes the place of the guarded one after the start',
    (app: MercuriusApp) => app.graphql.replaceSchema(makeHost(typeDefs).schema),
    'the schema is not guarded',
  ],
])('a schema %s answers nobody, and the log says why', async (_what, change, why) => {
  const logged: string[] = []
  const run = await start({}, { change, log: (line) => logged.push(line) })
  for (const query of ['{ secret }', 'mutation { first }']) {
    const { status, body, ran } = await run({ query })
    expect([status, body.data ?? null, ran]).toEqual([500, null, []])
    expect(body.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR')
    expect(JSON.stringify(body)).not.toMatch(/leaked|resolvers|guarded/)
  }
  expect(logged.join()).toContain(why)
})

test('without mercuriusGuard the schema alone refuses, and nothing runs', async () => {
  const run = await start({}, { withGuard: false })
  for (const query of [
    '{ open secret }',
    '{ open node { id } }',
    '{ open asked }',
    'mutation { first guarded }',
  ]) {
    const { body, ran } = await run({ query })
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED')
    expect(ran).toEqual([])
  }
})
