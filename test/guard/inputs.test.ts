import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type GraphQLResolveInfo, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, coordinatesOf, DOORS, viaYoga } from './support/run.js'

const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }

const host = makeHost(/* GraphQL */ `
  type Query {
    search(text: String, deleted: Boolean @auth(roles: ["admin"]), filter: Filter, filters: [[Filter!]]): String
    odd(toString: String): String
    thing: Thing
    any: Searchable
  }
  type Mutation {
    write(input: Note!): String
  }
  interface Searchable {
    find(secret: String @auth): String
  }
  type Thing implements Searchable {
    find(secret: String): String
    plain(filter: Filter): String
  }
  input Filter {
    text: String
    owner: String @auth(roles: ["admin"])
    not: Filter
    all: [Filter!]
  }
  input Note {
    text: String
    pinned: Boolean @fresh
  }
`)

type Case = readonly [
  name: string,
  query: string,
  variables: Record<string, unknown> | undefined,
  coordinate: string,
]

const REFUSED: readonly Case[] = [
  ['an argument as a literal', '{ search(deleted: true) }', undefined, 'Query.search(deleted:)'],
  ['an argument as an explicit null', '{ search(deleted: null) }', undefined, 'Query.search(deleted:)'],
  [
    'an argument as a variable',
    'query ($x: Boolean) { search(deleted: $x) }',
    { x: false },
    'Query.search(deleted:)',
  ],
  [
    'a variable that is null',
    'query ($x: Boolean) { search(deleted: $x) }',
    { x: null },
    'Query.search(deleted:)',
  ],
  [
    'the default of a variable',
    'query ($x: Boolean = true) { search(deleted: $x) }',
    undefined,
    'Query.search(deleted:)',
  ],
  ['a field in a literal', '{ search(filter: { owner: "x" }) }', undefined, 'Filter.owner'],
  ['a field as an explicit null', '{ search(filter: { owner: null }) }', undefined, 'Filter.owner'],
  [
    'a field as a variable',
    'query ($x: String) { search(filter: { owner: $x }) }',
    { x: 'y' },
    'Filter.owner',
  ],
  [
    'a field in a whole-object variable',
    'query ($f: Filter) { search(filter: $f) }',
    { f: { owner: 'x' } },
    'Filter.owner',
  ],
  [
    'null in a whole-object variable',
    'query ($f: Filter) { search(filter: $f) }',
    { f: { owner: null } },
    'Filter.owner',
  ],
  [
    'in a variable’s default',
    'query ($f: Filter = { owner: "x" }) { search(filter: $f) }',
    undefined,
    'Filter.owner',
  ],
  ['in a list', '{ search(filters: [[{ text: "a" }], [{ owner: "x" }]]) }', undefined, 'Filter.owner'],
  ['in a single value for a list', '{ search(filters: { owner: "x" }) }', undefined, 'Filter.owner'],
  [
    'in a list by a variable',
    'query ($f: [[Filter!]]) { search(filters: $f) }',
    { f: [[{ not: { owner: 'x' } }]] },
    'Filter.owner',
  ],
  [
    'in a variable for an item',
    'query ($f: Filter!) { search(filters: [[$f]]) }',
    { f: { owner: 'x' } },
    'Filter.owner',
  ],
  [
    'nested in a literal',
    '{ search(filter: { not: { all: [{ owner: "x" }] } }) }',
    undefined,
    'Filter.owner',
  ],
  [
    'nested by a variable',
    'query ($f: Filter) { search(filter: { not: $f }) }',
    { f: { all: [{ owner: 'x' }] } },
    'Filter.owner',
  ],
  [
    'in a fragment',
    '{ ...F } fragment F on Query { search(filter: { owner: "x" }) }',
    undefined,
    'Filter.owner',
  ],
  [
    'in a fragment by a variable',
    'query ($f: Filter) { ...F } fragment F on Query { search(filter: $f) }',
    { f: { owner: 'x' } },
    'Filter.owner',
  ],
  [
    'an argument of an interface, on the object',
    '{ thing { find(secret: "x") } }',
    undefined,
    'Thing.find(secret:)',
  ],
  [
    'an argument of an interface, through it',
    '{ any { find(secret: "x") } }',
    undefined,
    'Searchable.find(secret:)',
  ],
  [
    'on a field that is no root field',
    '{ thing { plain(filter: { owner: "x" }) } }',
    undefined,
    'Filter.owner',
  ],
  ['a mutation', 'mutation { write(input: { text: "a", pinned: true }) }', undefined, 'Note.pinned'],
]

const ALLOWED: readonly (readonly [string, string, Record<string, unknown>?])[] = [
  ['other arguments', '{ search(text: "a", filter: { text: "b", not: { text: "c" } }) }'],
  ['a variable that is not given', 'query ($x: Boolean) { search(deleted: $x) }'],
  ['a variable of a field that is not given', 'query ($x: String) { search(filter: { owner: $x }) }'],
  [
    'a whole-object variable without it',
    'query ($f: Filter) { search(filter: $f) }',
    { f: { all: [{ text: 'x' }] } },
  ],
  ['a whole-object variable that is not given', 'query ($f: Filter) { search(filter: $f) }'],
  ['a whole-object variable that is null', 'query ($f: Filter) { search(filter: $f) }', { f: null }],
  [
    'a variable that is declared and not used there',
    'query ($f: Filter, $t: String) { search(text: $t, filter: { not: null }) thing { plain(filter: $f) } }',
    {},
  ],
  ['a field that is skipped', '{ search(text: "a") b: search(deleted: true) @skip(if: true) }'],
  ['a field whose argument is not given', '{ thing { find plain } any { find } }'],
  ['G24 an argument called like a prototype’s member', '{ odd(toString: "x") }'],
]

describe.each(DOORS)('G60 %s', (_name, door) => {
  const run = door(host)

  test.each(REFUSED)('refuses: %s', async (_case, query, variables) => {
    const answer = await run({ query, variables })
    expect([...new Set(codesOf(answer))]).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
    expect((await run({ query, variables, viewer: { ...ADMIN, fresh: true } })).errors).toEqual([])
  })

  test.each(ALLOWED.map(([name, query, variables]) => ({ name, request: { query, variables } })))(
    'allows: $name',
    async ({ request }) => {
      expect((await run(request)).errors).toEqual([])
    },
  )
})

test.each(REFUSED)('the error names the input: %s', async (_case, query, variables, coordinate) => {
  expect(coordinatesOf(await viaYoga(host)({ query, variables }))).toEqual([coordinate])
})

test('variables that do not fit are taken to give all that they could', async () => {
  const query = 'query ($f: Filter, $n: Boolean!) { search(filter: $f) @skip(if: $n) }'
  const request = { query, variables: { n: 'no boolean' } }
  expect(coordinatesOf(await viaYoga(host)(request))).toEqual(['Filter.owner'])
  const { errors } = await viaYoga(host)({ ...request, viewer: ADMIN })
  expect(errors[0]?.message).toContain('"$n"')
})

test('a resolver called in the middle is judged by the arguments that it is given', async () => {
  const guarded = guardSchema(host.schema, {
    unmarked: 'public',
    viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
  })
  const call = async (args: object, viewer: Viewer) => {
    const outer = makeExecutableSchema({
      typeDefs: 'type Query { call: String }',
      resolvers: {
        Query: {
          call: (source: unknown, _args: object, context: unknown, info: GraphQLResolveInfo) =>
            guarded.getQueryType()?.getFields().search?.resolve?.(source, args, context, info),
        },
      },
    })
    const result = await execute({ schema: outer, document: parse('{ call }'), contextValue: { viewer } })
    return result.errors?.[0]?.extensions.code ?? null
  }
  expect(await call({ deleted: true }, ANYBODY)).toBe('UNAUTHENTICATED')
  expect(await call({ filter: { not: { owner: 'x' } } }, ANYBODY)).toBe('UNAUTHENTICATED')
  expect(await call({ filter: { text: 'x' } }, ANYBODY)).toBe(null)
  expect(await call({ deleted: true, filter: { owner: 'x' } }, ADMIN)).toBe(null)
})
