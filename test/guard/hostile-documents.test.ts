import { makeExecutableSchema } from '@graphql-tools/schema'
import {
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs } from '../../src/guard/index.js'
import { makeHost, watch } from './support/host.js'
import { codesOf, coordinatesOf, DOORS, executeRaw, viaExecute, viaYoga } from './support/run.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    secret: String @auth
    node: Node
  }
  type Node {
    name: String
    hidden: String @auth
    child: Node
  }
`

const host = makeHost(typeDefs)
const deferring = makeHost([
  typeDefs,
  'directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT',
])

describe.each(DOORS)('%s', (_name, door) => {
  const run = door(host)

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'G24 aliases, variables and fragments called %s',
    async (name) => {
      const query = `query ($${name}: Boolean!) { ${name}: secret @include(if: $${name}) ...${name} } fragment ${name} on Query { open }`
      const given = (value: boolean) => JSON.parse(`{ "${name}": ${value} }`)
      const refused = await run({ query, variables: given(true) })
      expect(refused.errors.length).toBeGreaterThan(0)
      expect(Object.values(refused.data ?? {}).filter((value) => value !== null)).toEqual([])
      expect(refused.ran).toEqual([])
    },
  )

  test.each([
    '{ ... @defer { secret } open }',
    '{ open ...F @defer(label: "x") } fragment F on Query { node { hidden } }',
    '{ open ... @defer(if: false) { secret } }',
  ])('G26 %s is refused before the first chunk', async (query) => {
    const answer = await door(deferring)({ query })
    expect([...new Set(codesOf(answer))]).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
  })
})

describe('G23 fragments that expand exponentially', () => {
  /** Each fragment spreads the next one many times, under other conditions and types. */
  function nest(levels: number, end: string): string {
    const fragments = Array.from({ length: levels }, (_, level) => {
      const next = level + 1 < levels ? `...F${level + 1}` : end
      return `fragment F${level} on Node { a: child { ${next} } b: child { ${next} @skip(if: $x) } ... { ${next} } ${next} @include(if: $y) }`
    })
    return `query ($x: Boolean!, $y: Boolean!) { node { ...F0 } } ${fragments.join('\n')}`
  }

  test('are judged at once, where something guarded lies at their end', async () => {
    // Expanded, these are 4^60 selections.
    const document = parse(nest(60, 'hidden'))
    const schema = guardSchema(host.schema, { unmarked: 'public', viewer: () => ({ kind: 'anonymous' }) })
    host.ran.length = 0
    const result = await executeRaw(schema, document, { variables: { x: true, y: false } })
    expect(result.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(host.ran).toEqual([])
  })

  test('through interfaces that narrow them in every way', async () => {
    const count = 10
    const names = Array.from({ length: count }, (_, index) => `I${index}`)
    const interfaces = names.map((name) => `interface ${name} { next: I0 x: String }`)
    // Type number n implements the interfaces of its bits, so that fragments narrow to 2^count different sets.
    const objects = Array.from({ length: 64 }, (_, bits) => {
      const implemented = names.filter((_name, index) => index === 0 || (bits >> (index % 6)) % 2 === 1)
      return `type T${bits} implements ${implemented.join(' & ')} { next: I0 x: String ${bits === 63 ? '@auth' : ''} }`
    })
    const wide = makeHost(['type Query { start: I0 }', ...interfaces, ...objects])
    const fragments = names.map((name, index) => {
      const spreads = names.map((other) => `... on ${other} { ...F${index + 1} }`)
      return `fragment F${index} on I0 { ... on ${name} { ${spreads.join(' ')} } next { ...F${index + 1} } }`
    })
    const query = `{ start { ...F0 } } ${fragments.join('\n')} fragment F${count} on I0 { x }`
    const answer = await viaExecute(wide)({ query })
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
  })
})

test('a condition that is written twice is not believed', async () => {
  const run = viaExecute(host)
  for (const query of [
    '{ secret @include(if: true) @include(if: false) }',
    '{ secret @skip(if: true) @skip(if: false) }',
    'query ($x: Boolean = true) { secret @skip(if: $x) @skip(if: false) }',
  ]) {
    const { ran } = await run({ query })
    expect(ran).toEqual([])
  }
})

test('two operations by one name, a union’s member without a fragment, an unknown field: refused', async () => {
  const run = viaExecute(
    makeHost(
      'type Query { u: U open: String } union U = A | B type A { x: String } type B { x: String @auth }',
    ),
  )
  const queries = ['{ open u { x } }', '{ open nothing }', '{ open u { ... on A { nothing } } }']
  for (const query of queries) {
    const answer = await run({ query })
    expect([...new Set(codesOf(answer))]).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    expect(answer.ran).toEqual([])
  }
})

test('a document whose fragment was exchanged is judged anew', async () => {
  const schema = guardSchema(host.schema, { unmarked: 'public', viewer: () => ({ kind: 'anonymous' }) })
  const harmless = parse('{ ...F } fragment F on Query { open }')
  const [operation] = harmless.definitions
  const [fragment] = parse('fragment F on Query { secret }').definitions
  if (operation === undefined || fragment === undefined) throw new Error('two definitions were written above')
  expect((await executeRaw(schema, harmless)).errors).toBeUndefined()
  const exchanged = await executeRaw(schema, { ...harmless, definitions: [operation, fragment] })
  expect(exchanged.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  expect((await executeRaw(schema, harmless)).errors).toBeUndefined()
})

describe('G16 code-first schemas', () => {
  const directives = (auth: unknown) => ({ extensions: { directives: auth } })
  const node = new GraphQLInterfaceType({
    name: 'Node',
    fields: { id: { type: GraphQLString, ...directives({ auth: { roles: ['a'] } }) } },
  })
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: () => ({
      open: { type: GraphQLString },
      secret: { type: GraphQLString, ...directives({ auth: {} }) },
      twice: { type: GraphQLString, ...directives({ auth: [{ roles: ['a'] }, { roles: ['b'] }] }) },
      listed: {
        type: GraphQLString,
        ...directives([{ name: 'auth', args: { scopes: [['x']] } }, { name: 'fresh' }]),
      },
      given: { type: GraphQLString, args: { arg: { type: GraphQLString, ...directives({ auth: true }) } } },
      vault: { type: vault },
      nodes: { type: new GraphQLList(new GraphQLNonNull(node)) },
    }),
  })
  const vault = new GraphQLObjectType({
    name: 'Vault',
    interfaces: [node],
    fields: { id: { type: GraphQLString } },
    ...directives({ fresh: { maxAge: 60 } }),
  })
  const codeFirst = watch(new GraphQLSchema({ query, types: [vault] }))

  test.each([
    ['{ secret }', 'Query.secret'],
    ['{ twice }', 'Query.twice'],
    ['{ listed }', 'Query.listed'],
    ['{ given(arg: "x") }', 'Query.given(arg:)'],
    ['{ vault { id } }', 'Query.vault'],
    ['{ nodes { id } }', 'Node.id'],
  ])('%s', async (query, coordinate) => {
    const refused = await viaYoga(codeFirst)({ query })
    expect(coordinatesOf(refused)[0]).toBe(coordinate)
    expect(refused.ran).toEqual([])
    const viewer = {
      kind: 'active',
      roles: ['a', 'b'],
      scopes: ['x'],
      fresh: true,
      authTime: Date.now() / 1000,
    } as const
    expect((await viaYoga(codeFirst)({ query, viewer })).errors).toEqual([])
    expect((await viaYoga(codeFirst)({ query: '{ open given }' })).errors).toEqual([])
  })

  test('directives in SDL and in extensions both count', async () => {
    const both = makeExecutableSchema({
      typeDefs: [guardTypeDefs, 'type Query { x: String @auth(roles: ["a"]) }'],
    })
    const x = both.getQueryType()?.getFields().x
    if (x === undefined) throw new Error('the schema was written with it')
    x.extensions = { directives: { auth: { roles: ['b'] } } }
    const run = viaYoga(watch(both))
    expect(codesOf(await run({ query: '{ x }', viewer: { kind: 'active', roles: ['a'] } }))).toEqual([
      'FORBIDDEN',
    ])
    expect(codesOf(await run({ query: '{ x }', viewer: { kind: 'active', roles: ['b'] } }))).toEqual([
      'FORBIDDEN',
    ])
  })
})
