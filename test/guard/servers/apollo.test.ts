import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { afterEach, describe, expect, test } from 'vitest'
import { type ApolloGuardOptions, apolloGuard } from '../../../src/guard/apollo.js'
import { type GuardOptions, guardSchema, type Viewer } from '../../../src/guard/index.js'
import { type Host, makeHost } from '../support/host.js'
import { ANYBODY } from '../support/run.js'

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
`

const OPTIONS: GuardOptions = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
}

const logged: string[] = []
const log = (line: string) => void logged.push(line)
const started: { stop(): Promise<void> }[] = []
afterEach(async () => {
  logged.length = 0
  await Promise.all(started.splice(0).map((server) => server.stop()))
})

async function start(host: Host, plugins: ApolloServerPlugin<{ viewer: Viewer }>[]) {
  const server = new ApolloServer({
    schema: guardSchema(host.schema, OPTIONS),
    plugins,
    logger: { debug() {}, info() {}, warn() {}, error: log },
    includeStacktraceInErrorResponses: false,
  })
  await server.start()
  started.push(server)
  return async (body: unknown, viewer: Viewer = ANYBODY) => {
    host.ran.length = 0
    const {
      status,
      headers,
      body: answer,
    } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body,
      },
      context: async () => ({ viewer }),
    })
    const text = answer.kind === 'complete' ? answer.string : ''
    return { status: status ?? 200, headers, body: JSON.parse(text), ran: [...host.ran] }
  }
}

/** A response cache that knows texts only; or one that holds an answer to everything. */
function useCache(everything?: object): ApolloServerPlugin<{ viewer: Viewer }> {
  const cache = new Map<unknown, object>()
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ source }) {
          const singleResult = everything ?? cache.get(source)
          if (singleResult === undefined) return null
          return { http: { headers: new HeaderMap(), status: 200 }, body: { kind: 'single', singleResult } }
        },
        async willSendResponse({ source, response: { body } }) {
          if (body.kind === 'single' && body.singleResult.data) cache.set(source, body.singleResult)
        },
      }
    },
  }
}

describe('behind apolloGuard', () => {
  test('a refusal has status, challenge, one error for each coordinate, and no data', async () => {
    const run = await start(makeHost(typeDefs), [apolloGuard()])
    const { status, headers, body, ran } = await run({ query: '{ open secret second again: secret }' })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
    expect(body).not.toHaveProperty('data')
    expect(body.errors.map(({ extensions }: { extensions: object }) => extensions)).toEqual([
      { code: 'UNAUTHENTICATED', action: 'login', coordinate: 'Query.secret' },
      { code: 'UNAUTHENTICATED', action: 'login', coordinate: 'Query.second' },
    ])
    expect(ran).toEqual([])
  })

  test('a limit of freshness stands in the challenge', async () => {
    const run = await start(makeHost(typeDefs), [apolloGuard()])
    const { status, headers } = await run({ query: '{ second }' }, { kind: 'active' })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain(
      'error="insufficient_user_authentication", max_age="60"',
    )
  })

  test.each([
    ['G02 a guarded type through its interface', '{ open node { id } }', 401],
    ['G54 a guarded second field of a mutation', 'mutation { first guarded }', 401],
  ])('%s', async (_name, query, status) => {
    const run = await start(makeHost(typeDefs), [apolloGuard()])
    const answer = await run({ query })
    expect([answer.status, answer.ran]).toEqual([status, []])
  })

  test('what the viewer may see is answered', async () => {
    const run = await start(makeHost(typeDefs), [apolloGuard()])
    const { status, body } = await run({ query: '{ secret }' }, { kind: 'active' })
    expect([status, body]).toEqual([200, { data: { secret: 'Query.secret' } }])
  })

  test('NULL gives null and an error, with data and status 200', async () => {
    const run = await start(makeHost(typeDefs), [apolloGuard()])
    const { status, body } = await run({ query: '{ open maybe }' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      data: { open: 'Query.open', maybe: null },
      errors: [{ path: ['maybe'], extensions: { code: 'UNAUTHENTICATED' } }],
    })
  })

  test('what a policy refuses has status and no data', async () => {
    const run = await start(makeHost(typeDefs), [apolloGuard()])
    const { status, body, ran } = await run({ query: '{ open asked }' }, { kind: 'active' })
    expect(status).toBe(403)
    expect(body).not.toHaveProperty('data')
    expect(ran).toEqual([])
  })

  describe('G31 a cache without the session in its key', () => {
    const orders = (options?: ApolloGuardOptions) => [
      [useCache(), apolloGuard(options)],
      [apolloGuard(options), useCache()],
    ]
    const active: Viewer = { kind: 'active' }

    test('shows nobody what another was answered, before or after the guard', async () => {
      for (const plugins of orders()) {
        const run = await start(makeHost(typeDefs), plugins)
        expect((await run({ query: '{ secret }' }, active)).body).toEqual({
          data: { secret: 'Query.secret' },
        })
        const { status, body, ran } = await run({ query: '{ secret }' }, active)
        expect([status, body.data, ran]).toEqual([500, undefined, []])
        expect(logged.join()).toContain("foreignAnswers: 'judge'")
        expect(JSON.stringify(body)).not.toContain('foreignAnswers')
        expect((await run({ query: '{ secret }' })).status).toBe(401)
      }
    })

    test('answers what is for everybody', async () => {
      for (const plugins of orders()) {
        const run = await start(makeHost(typeDefs), plugins)
        await run({ query: '{ open }' })
        const { body, ran } = await run({ query: '{ open }' })
        expect([body, ran]).toEqual([{ data: { open: 'Query.open' } }, []])
      }
    })

    test('with foreignAnswers: judge, who gets its answers is judged each time', async () => {
      for (const plugins of orders({ foreignAnswers: 'judge' })) {
        const run = await start(makeHost(typeDefs), plugins)
        await run({ query: '{ secret }' }, active)
        const { body, ran } = await run({ query: '{ secret }' }, active)
        expect([body, ran]).toEqual([{ data: { secret: 'Query.secret' } }, []])
        expect((await run({ query: '{ secret }' }, { kind: 'revoked' })).status).toBe(401)
      }
    })

    test('asks policies too, and refuses as they say', async () => {
      const run = await start(makeHost(typeDefs), [
        useCache({ data: { asked: 'cached' } }),
        apolloGuard({ foreignAnswers: 'judge' }),
      ])
      const { status, body } = await run({ query: '{ asked }' }, active)
      expect([status, body.data, body.errors[0].extensions.code]).toEqual([403, undefined, 'FORBIDDEN'])
    })
  })

  test('a server with a schema that is not guarded does not start', async () => {
    const server = new ApolloServer({ schema: makeHost(typeDefs).schema, plugins: [apolloGuard()] })
    await expect(server.start()).rejects.toThrow(/apolloGuard: the schema is not guarded/)
  })
})

test('without the plugin the schema alone refuses, and nothing runs', async () => {
  const run = await start(makeHost(typeDefs), [])
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
