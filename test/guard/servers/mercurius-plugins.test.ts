import { makeExecutableSchema } from '@graphql-tools/schema'
import Fastify, { type FastifyInstance } from 'fastify'
import { introspectionTypes, isObjectType } from 'graphql'
import { mercurius } from 'mercurius'
import mercuriusCache from 'mercurius-cache'
import mercuriusValidation from 'mercurius-validation'
import { afterEach, describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'
import { noteRuns } from '../support/host.js'

const typeDefs = /* GraphQL */ `
  type Query {
    shop: String @public
    me: String @auth
    item(id: ID): Item @public
  }
  type Item {
    id: ID
    price: Int @auth
  }
`

const started: FastifyInstance[] = []
const INTROSPECTION = introspectionTypes
  .filter(isObjectType)
  .flatMap((type) => Object.values(type.getFields()).map((field) => [field, field.resolve] as const))

afterEach(async () => {
  for (const app of started.splice(0)) await app.close()
  // mercurius-cache replaces these for all that runs in this process.
  for (const [field, resolve] of INTROSPECTION) field.resolve = resolve
})

type Plug = (app: FastifyInstance) => unknown

/** `before`: what is registered before the guard is; `after`: what comes later. */
async function start({
  before,
  after,
  jit,
  introspection = 'public',
}: {
  before?: Plug
  after?: Plug
  jit: number
  introspection?: 'public' | 'filtered'
}) {
  const { ran, resolve } = noteRuns()
  const schema = guardSchema(
    makeExecutableSchema({
      typeDefs: [guardTypeDefs, typeDefs],
      resolvers: {
        Query: { shop: resolve('shop'), me: resolve('me'), item: () => ({ id: '1', price: 2 }) },
      },
    }),
    { unmarked: 'error', introspection, viewer: (context) => (context as { viewer: Viewer }).viewer },
  )
  const app = Fastify()
  started.push(app)
  await app.register(mercurius, {
    schema,
    jit,
    context: ({ headers }) => ({ viewer: { kind: headers['x-kind'] } }),
  })
  await before?.(app)
  mercuriusGuard(app)
  await after?.(app)
  const ask = async (query: string, kind: string) => {
    ran.length = 0
    const response = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'x-kind': kind },
      payload: { query },
    })
    const { data = null, errors = [] } = response.json()
    const codes = errors.map((error: { extensions: { code: string } }) => error.extensions.code)
    return { status: response.statusCode, data, codes, ran: [...ran] }
  }
  return ask
}

const cache: Plug = (app) => app.register(mercuriusCache.default, { all: true, ttl: 60 })
const validation: Plug = (app) =>
  app.register(mercuriusValidation.default, { schema: { Query: { item: { id: { type: 'string' } } } } })
const loaders: Plug = (app) =>
  app.graphql.defineLoaders({ Item: { price: async (queries) => queries.map(() => 3) } })
const resolvers: Plug = (app) =>
  app.graphql.defineResolvers({ Query: { shop: () => 'shop', me: () => 'me' } })

const PLUGS: [string, Plug][] = [
  ['mercurius-cache', cache],
  ['mercurius-validation', validation],
  ['loaders', loaders],
  ['other resolvers', resolvers],
]
const ORDERS = ['before', 'after'] as const
const CASES = PLUGS.flatMap(([name, plug]) =>
  ORDERS.flatMap((order) => [0, 1].map((jit) => [name, order, jit, plug] as const)),
)

describe('H6: plugins that put resolvers of their own into the schema', () => {
  test.each(CASES)(
    '%s, %s the guard, jit %i: everybody is served, nobody passes',
    async (_name, order, jit, plug) => {
      const ask = await start({ [order]: plug, jit })
      const refused = { status: 401, data: null, codes: ['UNAUTHENTICATED'], ran: [] }
      // Again and again: a plugin may have kept an answer, and Mercurius compiles a text that comes again.
      for (let round = 0; round < 3; round += 1) {
        expect(await ask('{ shop me }', 'active')).toMatchObject({
          status: 200,
          data: { shop: 'shop', me: 'me' },
        })
        expect(await ask('{ shop me }', 'anonymous')).toEqual(refused)
        expect(await ask('{ shop }', 'anonymous')).toMatchObject({ status: 200, data: { shop: 'shop' } })
        expect(await ask('{ item(id: "1") { id price } }', 'active')).toMatchObject({
          status: 200,
          codes: [],
        })
        expect(await ask('{ item(id: "1") { id price } }', 'anonymous')).toEqual(refused)
        expect(await ask('{ item(id: "1") { id } }', 'anonymous')).toMatchObject({ status: 200, codes: [] })
      }
    },
  )
})

describe('G40: mercurius-cache replaces the resolvers of introspection for every schema of the process', () => {
  test.each(ORDERS)('%s the guard: filtered introspection is refused', async (order) => {
    const ask = await start({ [order]: cache, jit: 0, introspection: 'filtered' })
    const query = '{ __type(name: "Query") { fields { name } } }'
    for (const kind of ['active', 'anonymous']) {
      expect(await ask(query, kind)).toMatchObject({
        data: { __type: null },
        codes: ['INTERNAL_SERVER_ERROR'],
      })
    }
  })
})
