import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type GraphQLResolveInfo, parse } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, useGuard, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, executeRaw, viaYoga } from './support/run.js'

const USER: Viewer = { kind: 'active', roles: ['user'] }

interface Context {
  viewer: Viewer
}

const OPTIONS = { unmarked: 'public', viewer: (context: unknown) => (context as Context).viewer } as const

describe('caches know no identity', () => {
  test('G30 the same text by a user and by nobody, a thousand times in parallel', async () => {
    const { schema } = makeHost('type Query { secret: String @auth }')
    const yoga = createYoga({
      schema,
      context: ({ request }) => ({
        viewer: request.headers.get('x-user') === null ? ANYBODY : USER,
      }),
      plugins: [useGuard(OPTIONS)],
      logging: false,
    })
    const ask = async (index: number) => {
      const headers: Record<string, string> = index % 2 === 0 ? {} : { 'x-user': '1' }
      const response = await yoga.fetch('http://yoga/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ secret }' }),
      })
      return response.status
    }
    for (const first of [0, 1]) {
      const statuses = await Promise.all(Array.from({ length: 1000 }, (_, index) => ask(index + first)))
      const expected = statuses.map((_, index) => ((index + first) % 2 === 0 ? 401 : 200))
      expect(statuses).toEqual(expected)
    }
  })

  test('G35 a token that is revoked or changed between two requests by the same cached document', async () => {
    const run = viaYoga(makeHost('type Query { secret: String @auth(roles: ["user"]) }'))
    const query = '{ secret }'
    expect((await run({ query, viewer: USER })).errors).toEqual([])
    expect(codesOf(await run({ query, viewer: { kind: 'revoked' } }))).toEqual(['TOKEN_REVOKED'])
    expect(codesOf(await run({ query, viewer: { kind: 'expired' } }))).toEqual(['TOKEN_EXPIRED'])
    expect(codesOf(await run({ query, viewer: { kind: 'active' } }))).toEqual(['FORBIDDEN'])
    expect((await run({ query, viewer: USER })).errors).toEqual([])
  })

  test('G36 the same context and document, other variables: judged anew', async () => {
    const host = makeHost('type Query { open: String secret: String @auth }')
    const schema = guardSchema(host.schema, OPTIONS)
    const document = parse('query ($x: Boolean!) { open secret @include(if: $x) }')
    const contextValue = { viewer: ANYBODY }
    const run = (x: boolean) => execute({ schema, document, contextValue, variableValues: { x } })
    expect(await run(false)).toEqual({ data: { open: 'Query.open' } })
    expect(await run(true)).toHaveProperty('errors.0.extensions.code', 'UNAUTHENTICATED')
    expect(await run(false)).toEqual({ data: { open: 'Query.open' } })
    expect(host.ran).toEqual(['Query.open', 'Query.open'])
  })

  test('G36 the same, behind the adapter', async () => {
    const host = makeHost('type Query { open: String secret: String @auth }')
    const context = { viewer: ANYBODY }
    const yoga = createYoga({ schema: host.schema, context, plugins: [useGuard(OPTIONS)], logging: false })
    const ask = async (x: boolean) => {
      const query = 'query ($x: Boolean!) { open secret @include(if: $x) }'
      const response = await yoga.fetch('http://yoga/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { x } }),
      })
      return response.status
    }
    expect([await ask(false), await ask(true), await ask(false)]).toEqual([200, 401, 200])
    expect(host.ran).toEqual(['Query.open', 'Query.open'])
  })

  test.each([
    ['order', ['b', 'a'], 200],
    ['case', ['A', 'B'], 403],
    ['a separator', ['a,b'], 403],
    ['a space', ['a b'], 403],
    ['half of them', ['a'], 403],
  ])('G32 roles that differ only in %s', async (_name, roles, status) => {
    const run = viaYoga(makeHost('type Query { x: String @auth(roles: ["a"]) @auth(roles: ["b"]) }'))
    const query = '{ x }'
    expect((await run({ query, viewer: { kind: 'active', roles: ['a', 'b'] } })).response?.status).toBe(200)
    expect((await run({ query, viewer: { kind: 'active', roles } })).response?.status).toBe(status)
  })
})

describe('G55 without the plugin', () => {
  test('delegation and a raw execute() are refused at the field', async () => {
    const host = makeHost('type Query { open: String secret: String @auth }')
    const inner = guardSchema(host.schema, OPTIONS)
    const outer = makeExecutableSchema({
      typeDefs: 'type Query { viaExecute: String viaResolver: String }',
      resolvers: {
        Query: {
          viaExecute: async (_source: unknown, _args: unknown, context: Context) => {
            const result = await executeRaw(inner, parse('{ secret }'), context)
            if (result.errors?.[0] !== undefined) throw result.errors[0]
            return result.data?.secret
          },
          viaResolver: (source: unknown, args: object, context: Context, info: GraphQLResolveInfo) =>
            inner.getQueryType()?.getFields().secret?.resolve?.(source, args, context, info),
        },
      },
    })
    for (const query of ['{ viaExecute }', '{ viaResolver }']) {
      const run = (viewer: Viewer) =>
        execute({ schema: outer, document: parse(query), contextValue: { viewer } })
      expect(await run(ANYBODY)).toHaveProperty('errors.0.extensions.code', 'UNAUTHENTICATED')
      expect(host.ran).toEqual([])
      expect((await run(USER)).errors).toBeUndefined()
      host.ran.length = 0
    }
  })

  test('a resolver that calls a guarded one of its own schema with its own info', async () => {
    const host = makeHost('type Query { secret: String @auth }')
    const schema = guardSchema(
      makeExecutableSchema({
        typeDefs: [guardTypeDefs, 'type Query { open: String secret: String @auth }'],
        resolvers: {
          Query: {
            open: (source: unknown, args: object, context: Context, info: GraphQLResolveInfo) =>
              info.schema.getQueryType()?.getFields().secret?.resolve?.(source, args, context, info),
            secret: () => 'leaked',
          },
        },
      }),
      OPTIONS,
    )
    const result = await executeRaw(schema, parse('{ open }'))
    expect(result).toHaveProperty('errors.0.extensions.code', 'UNAUTHENTICATED')
    expect(host.ran).toEqual([])
  })

  test('a schema that was mapped again after it was guarded', async () => {
    const { mapSchema } = await import('@graphql-tools/utils')
    const host = makeHost('type Query { open: String secret: String @auth }')
    const schema = mapSchema(guardSchema(host.schema, OPTIONS), {})
    expect(await executeRaw(schema, parse('{ open secret }'))).toHaveProperty('data', {
      open: null,
      secret: null,
    })
    expect(host.ran).toEqual([])
    expect((await executeRaw(schema, parse('{ open secret }'), { viewer: USER })).errors).toBeUndefined()
  })
})

test('a guarded schema is guarded again by the plugin only in name', async () => {
  const host = makeHost('type Query { secret: String @auth }')
  const run = viaYoga({ schema: guardSchema(host.schema, OPTIONS), ran: host.ran })
  const answer = await run({ query: '{ secret }' })
  expect(codesOf(answer)).toEqual(['UNAUTHENTICATED'])
  expect(answer.response?.status).toBe(401)
})
