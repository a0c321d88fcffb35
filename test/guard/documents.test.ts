import { makeExecutableSchema } from '@graphql-tools/schema'
import { describe, expect, test } from 'vitest'
import { guardTypeDefs } from '../../src/guard/index.js'
import { makeHost, watch } from './support/host.js'
import { codesOf, coordinatesOf, DOORS, viaYoga } from './support/run.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    secret: String @auth
    second: String @auth
    node: Node
    nodes: [[Node!]!]
  }
  type Node {
    name: String
    hidden: String @auth
    child: Node
  }
  type Mutation {
    first: String
    guarded: String @auth
  }
  type Subscription {
    news: String
    alerts: String @auth
    node: Node
  }
`

const host = makeHost(typeDefs)

type Case = readonly [
  name: string,
  query: string,
  variables?: Record<string, unknown>,
  operationName?: string,
]

const REFUSED: readonly Case[] = [
  ['G20 an alias', '{ open: secret }'],
  ['G20 the same field twice, once by an alias', '{ secret again: secret }'],
  ['G20 the same fragment in two places', '{ node { ...F child { ...F } } } fragment F on Node { hidden }'],
  ['G20 nested lists', '{ nodes { child { hidden } } }'],
  ['a fragment in a fragment', '{ ...A } fragment A on Query { ...B } fragment B on Query { secret }'],
  ['an inline fragment without a type', '{ ... { secret } }'],
  ['G21 @skip(if: false)', '{ secret @skip(if: false) }'],
  ['G21 @include(if: true)', '{ secret @include(if: true) }'],
  ['G21 @skip by a variable', 'query ($x: Boolean!) { secret @skip(if: $x) }', { x: false }],
  ['G21 @include by a variable', 'query ($x: Boolean!) { secret @include(if: $x) }', { x: true }],
  ['G21 @include by its variable’s default', 'query ($x: Boolean! = true) { secret @include(if: $x) }'],
  [
    'G21 @include on a fragment',
    'query ($x: Boolean!) { ...F @include(if: $x) } fragment F on Query { secret }',
    { x: true },
  ],
  [
    'G21 one of two places',
    'query ($x: Boolean!) { ...F @skip(if: $x) ...F @include(if: $x) } fragment F on Query { secret }',
    { x: true },
  ],
  [
    'G21 the same field again, under another condition',
    'query ($x: Boolean!) { open secret @skip(if: $x) secret @include(if: $x) }',
    { x: true },
  ],
  [
    'G21 the same field again, by a fragment that is not skipped',
    'query ($x: Boolean!) { open secret @skip(if: $x) ...F } fragment F on Query { secret }',
    { x: true },
  ],
  [
    'G21 another field, under the same condition',
    'query ($x: Boolean!) { ... @include(if: $x) { open node { hidden } } }',
    { x: true },
  ],
  ['G22 the operation that is selected', 'query A { open } query B { secret }', {}, 'B'],
  [
    'G24 a variable called like a prototype’s member',
    'query ($constructor: Boolean = true) { secret @include(if: $constructor) }',
  ],
]

const ALLOWED: readonly Case[] = [
  ['G21 @skip(if: true)', '{ open secret @skip(if: true) }'],
  ['G21 @include(if: false)', '{ open secret @include(if: false) }'],
  ['G21 @skip by a variable', 'query ($x: Boolean!) { open secret @skip(if: $x) }', { x: true }],
  ['G21 @include by a variable', 'query ($x: Boolean!) { open secret @include(if: $x) }', { x: false }],
  ['G21 @skip by its variable’s default', 'query ($x: Boolean! = true) { open secret @skip(if: $x) }'],
  [
    'G21 a value that overrides the default',
    'query ($x: Boolean! = true) { open secret @include(if: $x) }',
    { x: false },
  ],
  [
    'G21 @skip on a fragment',
    'query ($x: Boolean!) { open ...F @skip(if: $x) } fragment F on Query { secret }',
    { x: true },
  ],
  [
    'G21 a field whose condition holds, in a fragment whose does not',
    'query ($x: Boolean!, $y: Boolean!) { open ... @include(if: $x) { secret @include(if: $y) } }',
    { x: false, y: true },
  ],
  ['G21 @skip on an inline fragment', '{ open ... @skip(if: true) { secret } }'],
  ['G22 the operation that is not selected', 'query A { open } query B { secret }', {}, 'A'],
]

function asTable(cases: readonly Case[]) {
  return cases.map(([name, query, variables, operationName]) => ({
    name,
    request: { query, variables, operationName },
  }))
}

const USER = { kind: 'active' } as const

describe.each(DOORS)('%s', (_name, door) => {
  const run = door(host)

  test.each(asTable(REFUSED))('refuses: $name', async ({ request }) => {
    const answer = await run(request)
    expect([...new Set(codesOf(answer))]).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
  })

  test.each([undefined, { x: 'false' }])(
    'G21 refuses a variable that is missing or does not fit: %j',
    async (variables) => {
      const answer = await run({ query: 'query ($x: Boolean!) { secret @include(if: $x) }', variables })
      expect(answer.errors).toHaveLength(1)
      expect(answer.ran).toEqual([])
    },
  )

  test.each(asTable(ALLOWED))('allows: $name', async ({ request }) => {
    const answer = await run(request)
    expect(answer.errors).toEqual([])
    expect(answer.data).toEqual({ open: 'Query.open' })
  })

  test('G54 a guarded second field of a mutation: the first never runs', async () => {
    const answer = await run({ query: 'mutation { first guarded }' })
    expect([...new Set(codesOf(answer))]).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
    expect((await run({ query: 'mutation { first guarded }', viewer: USER })).ran).toEqual([
      'Mutation.first',
      'Mutation.guarded',
    ])
  })

  test.each(['subscription { alerts }', 'subscription { node { child { hidden } } }'])(
    'G52 %s: its source never starts',
    async (query) => {
      const answer = await run({ query })
      expect(codesOf(answer)).toEqual(['UNAUTHENTICATED'])
      expect(answer.ran).toEqual([])
      expect((await run({ query, viewer: USER })).ran[0]).toMatch(/ subscribed$/)
    },
  )

  test('a subscription without a rule is for everybody', async () => {
    expect((await run({ query: 'subscription { news }' })).data).toEqual({ news: 'Subscription.news' })
  })

  test('G11 a root type’s rule reaches fields of another file, and @public lets one out', async () => {
    const split = makeHost([
      'type Query @auth { a: String p: String @public }',
      'extend type Query { b: String }',
    ])
    const runSplit = door(split, { unmarked: 'error' })
    expect(codesOf(await runSplit({ query: '{ b }' }))).toEqual(['UNAUTHENTICATED'])
    expect((await runSplit({ query: '{ ... on Query { p } }' })).data).toEqual({ p: 'Query.p' })
  })

  test('G14 the rules of two modules on one field both apply', async () => {
    const merged = makeHost([
      'type Query { a: String @auth(roles: ["x"]) @fresh(maxAge: 60) }',
      'type Query { a: String @auth(roles: ["y"]) @fresh(maxAge: 3600) }',
      // Types of the host's own, by names that ours do not take.
      'input ClaimRule { x: Int } enum DenyMode { Y }',
    ])
    const runMerged = door(merged)
    const viewer = (roles: string[], age: number) =>
      ({ kind: 'active', roles, authTime: Date.now() / 1000 - age }) as const
    expect(codesOf(await runMerged({ query: '{ a }', viewer: viewer(['x'], 0) }))).toEqual(['FORBIDDEN'])
    expect(codesOf(await runMerged({ query: '{ a }', viewer: viewer(['y'], 0) }))).toEqual(['FORBIDDEN'])
    expect(codesOf(await runMerged({ query: '{ a }', viewer: viewer(['x', 'y'], 90) }))).toEqual([
      'FRESH_REQUIRED',
    ])
    expect((await runMerged({ query: '{ a }', viewer: viewer(['x', 'y'], 30) })).errors).toEqual([])
  })

  test('G12 a renamed directive is enforced through its mapping', async () => {
    const renamed = makeExecutableSchema({
      typeDefs: [guardTypeDefs.replace('@auth(', '@login('), 'type Query { a: String @login(roles: ["x"]) }'],
    })
    const runRenamed = door(watch(renamed), { directives: { auth: 'login' } })
    expect(codesOf(await runRenamed({ query: '{ a }' }))).toEqual(['UNAUTHENTICATED'])
    expect((await runRenamed({ query: '{ a }', viewer: { kind: 'active', roles: ['x'] } })).errors).toEqual(
      [],
    )
  })

  test('a root field without a rule is what unmarked says', async () => {
    const runStrict = door(host, { unmarked: 'authenticated' })
    expect(codesOf(await runStrict({ query: '{ open }' }))).toEqual(['UNAUTHENTICATED'])
    expect((await runStrict({ query: '{ open }', viewer: USER })).errors).toEqual([])
  })
})

test('G20 one error for each coordinate, as the client wrote it', async () => {
  const query = '{ secret a: secret ...F ...F second } fragment F on Query { nodes { hidden x: hidden } }'
  const answer = await viaYoga(host)({ query })
  expect(coordinatesOf(answer)).toEqual(['Query.secret', 'Query.second', 'Node.hidden'])
})

test.each([
  ['a fragment that contains itself', '{ node { ...F } } fragment F on Node { hidden child { ...F } }'],
  ['an unknown fragment', '{ open ...F }'],
  ['an unknown type', '{ open ... on Nothing { secret } }'],
])('G28 %s is an error, never a pass', async (_name, query) => {
  for (const [, door] of DOORS) {
    const answer = await door(host)({ query })
    expect(answer.errors.length).toBeGreaterThan(0)
    expect(answer.ran).toEqual([])
  }
})
