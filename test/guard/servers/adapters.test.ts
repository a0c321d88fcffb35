import { ApolloServer, HeaderMap } from '@apollo/server'
import Fastify from 'fastify'
import { type GraphQLSchema, lexicographicSortSchema } from 'graphql'
import { mercurius } from 'mercurius'
import { afterEach, describe, expect, test } from 'vitest'
import { apolloGuard } from '../../../src/guard/apollo.js'
import { type GuardOptions, guardSchema, type Viewer } from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'
import { makeHost } from '../support/host.js'
import { ANYBODY } from '../support/run.js'

const FIELDS = Array.from({ length: 30 }, (_, index) => `f${index}`)
const typeDefs = /* GraphQL */ `
  type Query { me: Me maybe: Maybe }
  type Me { ${FIELDS.map((name) => `${name}: String @auth`).join(' ')} }
  type Maybe { ${FIELDS.map((name) => `${name}: String @auth(onDeny: NULL)`).join(' ')} }
  type Mutation { first: String second(id: ID, amount: Int): String @auth(roles: ["admin"]) }
`

const OPTIONS: GuardOptions = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
}
const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

type Run = (query: string, viewer?: Viewer) => Promise<{ status: number; text: string }>

async function serveByApollo(schema: GraphQLSchema): Promise<Run> {
  const server = new ApolloServer<{ viewer: Viewer }>({
    schema,
    plugins: [apolloGuard()],
    includeStacktraceInErrorResponses: false,
  })
  await server.start()
  stops.push(() => server.stop())
  return async (query, viewer = ANYBODY) => {
    const { status, body } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: { query },
      },
      context: async () => ({ viewer }),
    })
    return { status: status ?? 200, text: body.kind === 'complete' ? body.string : '' }
  }
}

async function serveByMercurius(schema: GraphQLSchema): Promise<Run> {
  const app = Fastify()
  let current = ANYBODY
  app.register(mercurius, { schema, context: () => ({ viewer: current }) })
  await app.ready()
  mercuriusGuard(app)
  stops.push(() => app.close())
  return async (query, viewer = ANYBODY) => {
    current = viewer
    const { statusCode, payload } = await app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query },
    })
    return { status: statusCode, text: payload }
  }
}

describe.each([
  ['Apollo Server', serveByApollo],
  ['Mercurius', serveByMercurius],
])('behind %s', (_name, serve) => {
  test('H5: a refusal names ten coordinates, each with its place in a long text', async () => {
    const run = await serve(guardSchema(makeHost(typeDefs).schema, OPTIONS))
    const { status, text } = await run(`{ me { ${'\n'.repeat(5000)} ${FIELDS.join(' ')} } }`)
    const { errors } = JSON.parse(text)
    expect(status).toBe(401)
    expect(errors).toHaveLength(10)
    expect(errors[0]).toMatchObject({ locations: [{ line: 5001, column: 2 }] })
  })

  test('H5: fields that are null have their places in a long text', async () => {
    const run = await serve(guardSchema(makeHost(typeDefs).schema, OPTIONS))
    const { text } = await run(`{ maybe { ${'\n'.repeat(5000)} ${FIELDS.join(' ')} } }`)
    const { data, errors } = JSON.parse(text)
    expect(new Set(Object.values(data.maybe))).toEqual(new Set([null]))
    expect(errors).toHaveLength(FIELDS.length)
    expect(errors[0]).toMatchObject({ locations: [{ line: 5001, column: 2 }], path: ['maybe', 'f0'] })
  })

  test('H7: a schema that was sorted before it was guarded is guarded', async () => {
    const host = makeHost(typeDefs)
    const run = await serve(guardSchema(lexicographicSortSchema(host.schema), OPTIONS))
    expect(await run('mutation { first second }')).toMatchObject({ status: 401 })
    expect(host.ran).toEqual([])
    expect(await run('mutation { first second }', ADMIN)).toMatchObject({ status: 200 })
    expect(host.ran).toEqual(['Mutation.first', 'Mutation.second'])
  })
})

test('H7: a schema that was sorted after it was guarded is refused by the adapters', async () => {
  const sorted = lexicographicSortSchema(guardSchema(makeHost(typeDefs).schema, OPTIONS))
  await expect(serveByApollo(sorted)).rejects.toThrow('is not guarded')
  await expect(serveByMercurius(sorted)).rejects.toThrow('is not guarded')
})
