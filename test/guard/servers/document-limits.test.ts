import { ApolloServer, HeaderMap } from '@apollo/server'
import Fastify from 'fastify'
import { parse } from 'graphql'
import { mercurius } from 'mercurius'
import { afterEach, describe, expect, test } from 'vitest'
import { apolloGuard } from '../../../src/guard/apollo.js'
import { guardSchema } from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'
import { limitsRule } from '../../../src/limits/index.js'
import { makeHost } from '../support/host.js'

const HEAVY = '{ id } '.repeat(300).replaceAll('{', 'node {')
const TWINS = `{ ...F } fragment F on Query { ${HEAVY} } fragment F on Query { open }`
const DEEP = `{ ${'node { '.repeat(30)} id ${'}'.repeat(31)}`
const typeDefs = 'type Query { open: String node: Node } type Node { id: ID node: Node secret: Int @auth }'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

const guard = () => guardSchema(makeHost(typeDefs).schema, { unmarked: 'public' })

async function startApollo() {
  const server = new ApolloServer({
    schema: guard(),
    plugins: [apolloGuard()],
    validationRules: [limitsRule()],
    parseOptions: { maxTokens: 5000 },
    includeStacktraceInErrorResponses: false,
  })
  await server.start()
  ended.push(() => server.stop())
  return async (query: unknown) => {
    const { status, body } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: { query },
      },
      context: async () => ({}),
    })
    return { status: status ?? 200, body: JSON.parse(body.kind === 'complete' ? body.string : '') }
  }
}

async function startMercurius() {
  const app = Fastify()
  ended.push(() => app.close())
  await app.register(mercurius, { schema: guard(), validationRules: [limitsRule()] })
  mercuriusGuard(app)
  return async (query: unknown) => {
    const response = await app.inject({ method: 'POST', url: '/graphql', payload: { query } })
    return { status: response.statusCode, body: response.json() }
  }
}

describe.each([
  ['Apollo Server', startApollo, 'GRAPHQL_VALIDATION_FAILED'],
  ['Mercurius', startMercurius, 'INVALID_REQUEST'],
])('H4: limitsRule behind %s', (_name, start, code) => {
  test.each([
    ['two fragments of one name', TWINS, 'maxCost'],
    ['fields nested too deep', DEEP, 'maxDepth'],
  ])('refuses %s, by the name of the limit', async (_what, query, limit) => {
    const ask = await start()
    for (const _ of [1, 2]) {
      const { status, body } = await ask(query)
      expect(status).toBe(400)
      expect(body.data ?? null).toBeNull()
      expect(body.errors).toContainEqual(
        expect.objectContaining({ extensions: expect.objectContaining({ code, limit }) }),
      )
      expect(body.errors.length).toBeLessThanOrEqual(2)
    }
  })

  test('serves what is within the limits, and the guard refuses as before', async () => {
    const ask = await start()
    expect(await ask('{ open }')).toMatchObject({ status: 200, body: { data: { open: 'Query.open' } } })
    expect(await ask('{ node { secret } }')).toMatchObject({ status: 401 })
  })
})

test('H4: with introspection turned off, where the guard validates before Mercurius, the limits hold too', async () => {
  const app = Fastify()
  ended.push(() => app.close())
  const validationRules = [limitsRule()]
  const schema = guardSchema(makeHost(typeDefs).schema, { unmarked: 'public', introspection: 'off' })
  await app.register(mercurius, { schema, validationRules })
  mercuriusGuard(app, { validationRules })
  const response = await app.inject({ method: 'POST', url: '/graphql', payload: { query: DEEP } })
  expect(response.statusCode).toBe(400)
  expect(response.json().errors).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ limit: 'maxDepth' }) }),
  ])
})

test('H4: Mercurius takes a document as JSON too, with a count of tokens that the client made up', async () => {
  const ask = await startMercurius()
  const long = parse(`{ open ${'@include(if: true) '.repeat(2500)} }`)
  const query = JSON.stringify({ ...long, tokenCount: 1 })
  const { status, body } = await ask(query)
  expect([status, body.errors[0].extensions.limit]).toEqual([400, 'maxTokens'])
})
