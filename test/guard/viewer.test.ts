import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { codesOf, viaYoga } from './support/run.js'

const USER: Viewer = { kind: 'active', roles: ['user'] }

describe('the viewer is taken once', () => {
  const typeDefs =
    'type Query { raise: String secret: String @auth(roles: ["admin"], claims: [{ name: "org", in: ["acme"] }]) }'

  test('G37 a resolver that writes to the context changes nothing, now or later', async () => {
    const schema = guardSchema(
      makeExecutableSchema({
        typeDefs: [
          guardTypeDefs,
          'type Query { raise: Node } type Node { secret: String @auth(roles: ["admin"]) }',
        ],
        resolvers: {
          Query: {
            raise: (_source: unknown, _args: unknown, context: { claims: Record<string, unknown> }) => {
              context.claims.roles = ['admin']
              Object.assign(context, { identity: { kind: 'active' } })
              return { secret: 'leaked' }
            },
          },
        },
      }),
      { unmarked: 'public' },
    )
    const document = parse('query ($x: Boolean!) { raise { secret @include(if: $x) } }')
    const makeContext = () => ({ identity: { kind: 'active' }, claims: { sub: '1', roles: ['user'] } })
    const run = (x: boolean) =>
      execute({ schema, document, contextValue: makeContext(), variableValues: { x } })
    expect(await run(false)).toEqual({ data: { raise: {} } })
    expect(await run(true)).toHaveProperty('errors.0.extensions.code', 'FORBIDDEN')
    expect(await run(true)).toHaveProperty('errors.0.extensions.code', 'FORBIDDEN')
  })

  test('G37 a list of roles that is changed after it was read', async () => {
    const roles = ['admin']
    const host = makeHost(typeDefs)
    const viewer: Viewer = { kind: 'active', roles, claims: { org: ['acme'] } }
    const run = viaYoga(host)
    expect((await run({ query: '{ secret }', viewer })).errors).toEqual([])
    roles.pop()
    expect(codesOf(await run({ query: '{ secret }', viewer }))).toEqual(['FORBIDDEN'])
  })

  test('roles and claims that are frozen count as any others', async () => {
    const host = makeHost(typeDefs)
    const claims = Object.freeze({ org: Object.freeze(['acme']) })
    const viewer: Viewer = { kind: 'active', roles: Object.freeze(['admin']), claims }
    expect((await viaYoga(host)({ query: '{ secret }', viewer })).errors).toEqual([])
    const other = { ...viewer, claims: Object.freeze({ org: 'other' }) }
    expect(codesOf(await viaYoga(host)({ query: '{ secret }', viewer: other }))).toEqual(['FORBIDDEN'])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret of the host')
      },
    ],
    ['is a promise', () => Promise.resolve(USER)],
    ['is nothing', () => undefined],
    ['is of no known kind', () => ({ kind: 'root' })],
    ['is called like a prototype’s member', () => ({ kind: 'constructor' })],
  ])('a viewer that %s is refused as unavailable, and nothing of it is shown', async (_name, viewer) => {
    const host = makeHost(typeDefs)
    const answer = await viaYoga(host, { viewer: viewer as () => Viewer })({ query: '{ raise secret }' })
    expect(codesOf(answer)).toEqual(['UNAVAILABLE'])
    expect(answer.response?.status).toBe(503)
    expect(JSON.stringify(answer.errors)).not.toContain('secret of the host')
    expect(answer.ran).toEqual([])
  })
})

describe('the default viewer', () => {
  const schema = guardSchema(
    makeHost(
      'type Query { a: String @auth r: String @auth(roles: ["x"]) s: String @auth(scopes: [["x", "y"]]) }',
    ).schema,
    { unmarked: 'error' },
  )
  const run = async (query: string, contextValue: unknown) =>
    (await execute({ schema, document: parse(query), contextValue })).errors?.[0]?.extensions.code ?? null
  const active = (claims: object) => ({ identity: { kind: 'active' }, claims })

  test.each([
    ['no context', '{ a }', undefined, 'UNAUTHENTICATED'],
    ['a context without identity', '{ a }', { claims: { sub: '1', roles: ['x'] } }, 'UNAUTHENTICATED'],
    [
      'an expired identity',
      '{ a }',
      { identity: { kind: 'expired', code: 'TOKEN_EXPIRED' } },
      'TOKEN_EXPIRED',
    ],
    [
      'an invalid one with a code',
      '{ a }',
      { identity: { kind: 'invalid', code: 'CLAIMS_REJECTED' } },
      'CLAIMS_REJECTED',
    ],
    ['an active one', '{ a }', active({ sub: '1' }), null],
    ['roles that are a list', '{ r }', active({ roles: ['x'] }), null],
    ['roles that are a text', '{ r }', active({ roles: 'x' }), 'FORBIDDEN'],
    ['roles with a number among them', '{ r }', active({ roles: ['x', 1] }), 'FORBIDDEN'],
    [
      'claims of an identity that is not active',
      '{ r }',
      { identity: { kind: 'revoked' }, claims: { roles: ['x'] } },
      'TOKEN_REVOKED',
    ],
    ['scope as one text', '{ s }', active({ scope: 'y  x' }), null],
    ['scopes as a list', '{ s }', active({ scopes: ['x', 'y'] }), null],
    ['scope before scopes', '{ s }', active({ scope: 'x', scopes: ['x', 'y'] }), 'FORBIDDEN'],
    ['an identity that is null', '{ a }', { identity: null }, 'UNAUTHENTICATED'],
    ['scope as an object', '{ s }', active({ scope: { x: 1, y: 1 } }), 'FORBIDDEN'],
  ])('%s', async (_name, query, context, code) => {
    expect(await run(query, context)).toBe(code)
  })
})
