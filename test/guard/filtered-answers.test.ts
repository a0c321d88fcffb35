import { parse, versionInfo } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { codesOf, executeRedirected, INTROSPECTION_DOORS, viaExecute, viaYoga } from './support/run.js'

const ADA: Viewer = { kind: 'active' }
const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }
const FILTERED = { introspection: 'filtered' } as const

const typeDefs = /* GraphQL */ `
  type Query { open: Int nodes: [Node] self: Query maybe: Int @auth(onDeny: NULL) mine: Diary @auth }
  interface Node { id: ID }
  type Open implements Node { id: ID }
  type Diary implements Node @auth(roles: ["admin"]) { id: ID }
  type Mutation { change: Query @auth }
`

describe.each(INTROSPECTION_DOORS)('filtered, %s', (_door, door) => {
  test('G40 a type that is not shown is there for nobody who asks for it by name', async () => {
    const run = door(makeHost(typeDefs), FILTERED)
    const query =
      '{ ...F } fragment F on Query { a: __type(name: "Diary") { name } self { b: __type(name: "Diary") { name } } __type(name: "Open") { name } }'
    expect((await run({ query, viewer: ADA })).data).toEqual({
      a: null,
      self: { b: null },
      __type: { name: 'Open' },
    })
    expect((await run({ query, viewer: ADMIN })).data).toMatchObject({
      a: { name: 'Diary' },
      self: { b: { name: 'Diary' } },
    })
    expect((await run({ query })).data).toMatchObject({ a: null })
  })

  test('G40 what an interface may be is filtered too', async () => {
    const run = door(makeHost(typeDefs), FILTERED)
    const query = '{ __type(name: "Node") { possibleTypes { name fields { name type { name } } } } }'
    const names = async (viewer: Viewer) =>
      JSON.stringify((await run({ query, viewer })).data).match(/Open|Diary/g)
    expect(await names(ADA)).toEqual(['Open'])
    expect(await names(ADMIN)).toEqual(['Open', 'Diary'])
  })

  test('G40 beside data each has its own: values, nulls, errors, order', async () => {
    const run = door(makeHost(typeDefs), FILTERED)
    const query = '{ maybe a: __type(name: "Query") { fields { name } } open self { maybe } }'
    const answer = await run({ query })
    expect(JSON.stringify(answer.data)).toBe(
      '{"maybe":null,"a":{"fields":[{"name":"open"},{"name":"nodes"},{"name":"self"}]},"open":1,"self":{"maybe":null}}',
    )
    expect(answer.errors.map(({ path }) => path)).toEqual([['maybe'], ['self', 'maybe']])
  })

  test('G40 beside something refused nothing is shown', async () => {
    const answer = await door(
      makeHost(typeDefs),
      FILTERED,
    )({ query: '{ __schema { types { name } } mine { id } }' })
    expect(new Set(codesOf(answer))).toEqual(new Set(['UNAUTHENTICATED']))
    expect(JSON.stringify(answer.data ?? null)).not.toContain('Node')
  })

  test.each(['expired', 'revoked', 'invalid'] as const)('a bad token, %s, is refused', async (kind) => {
    const answer = await door(
      makeHost(typeDefs),
      FILTERED,
    )({ query: '{ __schema { types { name } } }', viewer: { kind } })
    expect(codesOf(answer)).toEqual([`TOKEN_${kind.toUpperCase()}`])
  })

  test('G37 a resolver that writes to the roles of the context shows nobody more', async () => {
    const host = makeHost(typeDefs)
    const { self } = host.schema.getQueryType()?.getFields() ?? {}
    if (self) {
      self.resolve = (_source, _args, context) => {
        context.viewer.roles.push('admin')
        return {}
      }
    }
    const query = '{ self { __type(name: "Diary") { name } } }'
    const answer = await door(host, FILTERED)({ query, viewer: { kind: 'active', roles: ['reader'] } })
    expect(answer.data).toEqual({ self: { __type: null } })
  })

  test.each([
    ['open', (claims: object) => claims],
    ['frozen, and its list open', (claims: object) => Object.freeze(claims)],
  ])('G37 a resolver that writes to a list in claims shows nobody more: %s', async (_how, take) => {
    const host = makeHost(`
      type Query { self: Query open: Int }
      type Diary @auth(claims: [{ name: "org", in: ["acme"] }]) { id: ID }
      type Mutation { diary: Diary }
    `)
    const { self } = host.schema.getQueryType()?.getFields() ?? {}
    if (self) {
      self.resolve = (_source, _args, context) => {
        context.viewer.claims.org.push('acme')
        return {}
      }
    }
    const run = door(host, FILTERED)
    const query = '{ self { __type(name: "Diary") { name } } }'
    const claims = take({ org: ['other'] }) as Record<string, unknown>
    expect((await run({ query, viewer: { kind: 'active', claims } })).data).toEqual({
      self: { __type: null },
    })
    expect((await run({ query, viewer: { kind: 'active', claims } })).data).toEqual({
      self: { __type: { name: 'Diary' } },
    })
  })

  test('G30 the same text by many, in any order, as many as are not kept', async () => {
    const roles = Array.from({ length: 7 }, (_, index) => `r${index}`)
    const host = makeHost(
      `type Query { open: Int ${roles.map((role) => `${role}: Int @auth(roles: ["${role}"])`).join(' ')} }`,
    )
    const run = door(host, FILTERED)
    const query = '{ __type(name: "Query") { fields { name } } }'
    for (let round = 0; round < 2; round++) {
      for (let mask = 0; mask < 128; mask++) {
        const held = roles.filter((_, index) => mask & (1 << index))
        const { data } = await run({ query, viewer: { kind: 'active', roles: [...held].reverse() } })
        const { fields } = (data as { __type: { fields: { name: string }[] } }).__type
        expect(fields.map(({ name }) => name)).toEqual(['open', ...held])
      }
    }
  })

  test('a query type of which nothing is shown has no fields, and the login beside it is shown', async () => {
    const host = makeHost('type Query { a: Int @auth } type Mutation { login(password: String!): Int }')
    const run = door(host, FILTERED)
    const query =
      '{ __schema { queryType { name fields { name } } mutationType { fields { name args { name } } } } }'
    expect((await run({ query })).data).toEqual({
      __schema: {
        queryType: { name: 'Query', fields: [] },
        mutationType: { fields: [{ name: 'login', args: [{ name: 'password' }] }] },
      },
    })
  })
})

test('whoever meets the same rules is shown the same, made once', async () => {
  const schema = guardSchema(makeHost('type Query { a: Int @auth b: Int @auth(roles: ["admin"]) }').schema, {
    unmarked: 'public',
    introspection: 'filtered',
    viewer: (context) => (context as { viewer: Viewer }).viewer,
  })
  const shown = schema.getQueryType()?.getFields()
  const [name = ''] = Object.getOwnPropertyNames(shown).filter((name) => name.startsWith('__guardedSchema'))
  const field = Object.getOwnPropertyDescriptor(shown, name)?.value
  expect(Object.keys(shown ?? {})).toEqual(['a', 'b'])
  const see = (viewer: Viewer) =>
    field.resolve(
      {},
      {},
      { viewer },
      { schema, fieldName: field.name, parentType: {}, path: {}, variableValues: {} },
    )
  const ofAda = see({ kind: 'active', claims: { sub: 'ada' } })
  expect(see({ kind: 'active', claims: { sub: 'bob' }, roles: ['reader'] })).toBe(ofAda)
  expect(see(ADMIN)).not.toBe(ofAda)
  expect(see(ADMIN)).toBe(see(ADMIN))
})

test('what came into the schema after it was guarded is shown to nobody', async () => {
  const host = makeHost('type Query { open: Int @public }')
  const schema = guardSchema(host.schema, {
    unmarked: 'public',
    introspection: 'filtered',
    viewer: () => ADMIN,
  })
  const late = makeHost('type Query { late: Int }').schema.getQueryType()?.getFields().late
  Object.assign(schema.getQueryType()?.getFields() ?? {}, { late })
  const { data } = await executeRedirected(schema, parse('{ __schema { queryType { fields { name } } } }'))
  expect(data).toEqual({ __schema: { queryType: { fields: [{ name: 'open' }] } } })
})

test('without an adapter graphql 16 refuses beside what is judged, for it would show all', async () => {
  const run = viaExecute(makeHost('type Query { open: Int! mine: Int @auth }'), FILTERED)
  const answer = await run({ query: '{ open __type(name: "Query") { fields { name } } }' })
  const shown = { open: 1, __type: { fields: [{ name: 'open' }] } }
  const expected = versionInfo.major < 17 ? [['FORBIDDEN'], null] : [[], shown]
  expect([codesOf(answer), answer.data]).toEqual(expected)
})

test('G42 messages name what everybody is shown, and nothing else', async () => {
  const host = makeHost(
    'type Query { open(box: Box!): Int a(key: Key!): Int @auth } input Box { size: Int! } input Key { secret: Int! }',
  )
  const run = viaYoga(host, FILTERED)
  const said = async (query: string) => (await run({ query })).errors.map(({ message }) => message)
  expect((await said('{ open(box: {}) }'))[0]).toMatch(/"Box.*size"/)
  expect((await said('{ open(box: { siz: 1, size: 1 }) }'))[0]).toMatch(/^(?=.*"siz")(?=.*"Box")(?!.*"size")/)
  expect(await said('{ a(key: {}) }')).toEqual(['The document does not fit the schema.'])
  expect(await said('{ a }')).toEqual(['The document does not fit the schema.'])
})

test('G42 messages name no type that only hidden fields lead to through an interface', async () => {
  const host = makeHost(
    `type Query { user: User audit: AuditRow @auth } interface Node { id: ID }
      type User implements Node { id: ID } type AuditRow implements Node { id: ID passwordHash: String! }`,
  )
  const { errors } = await viaYoga(host, FILTERED)({ query: '{ audit { hash } }' })
  expect(errors.map(({ message }) => message)).toEqual(['The document does not fit the schema.'])
})
