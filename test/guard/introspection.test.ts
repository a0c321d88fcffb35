import { getIntrospectionQuery, parse, print } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type GuardOptions, guardSchema, OptionError, type Viewer } from '../../src/guard/index.js'
import { redirectMetaFields } from '../../src/guard/meta-fields.js'
import { makeHost } from './support/host.js'
import {
  ANYBODY,
  type Answer,
  codesOf,
  coordinatesOf,
  type Door,
  INTROSPECTION_DOORS,
  viaExecute,
} from './support/run.js'

const typeDefs = /* GraphQL */ `
  schema {
    query: Root
    mutation: Change
    subscription: Stream
  }
  interface Named {
    open: String
  }
  type Root implements Named {
    open: String
    mine: String @auth
    self: Root
    asked: String @policy(policies: [["never"]])
  }
  type Change {
    change: Changed
  }
  type Changed {
    query: Root
  }
  type Stream {
    events: Changed
  }
`

const ADA: Viewer = { kind: 'active' }
const EXPIRED: Viewer = { kind: 'expired' }
const ASKING = [
  ['at the root', '{ __schema { queryType { name } } }', '__schema'],
  ['aliased', '{ open: __schema { queryType { name } } }', '__schema'],
  ['a single type', '{ __type(name: "Root") { name } }', '__type'],
  ['beside data', '{ open a: __type(name: "Root") { name } }', '__type'],
  ['after data', '{ open mine2: open __schema { types { name } } }', '__schema'],
  ['in an inline fragment', '{ ... { __schema { types { name } } } }', '__schema'],
  [
    'in an inline fragment on the root',
    '{ ... on Root { ... on Root { x: __schema { types { name } } } } }',
    '__schema',
  ],
  ['through an interface', '{ ... on Named { ... on Root { __schema { types { name } } } } }', '__schema'],
  ['in a named fragment', '{ ...F } fragment F on Root { __schema { types { name } } }', '__schema'],
  [
    'in nested named fragments',
    '{ ...A } fragment A on Root { ...B } fragment B on Root { ... on Root { __type(name: "Root") { name } } }',
    '__type',
  ],
  ['below a field', '{ self { self { __schema { types { name } } } } }', '__schema'],
  [
    'below a field, in a fragment',
    '{ self { ...F } } fragment F on Root { __type(name: "Root") { name } }',
    '__type',
  ],
  ['below a mutation', 'mutation { change { query { __schema { types { name } } } } }', '__schema'],
  ['below a subscription', 'subscription { events { query { __schema { types { name } } } } }', '__schema'],
  [
    'by an included fragment',
    'query ($x: Boolean = true) { ... @include(if: $x) { __schema { types { name } } } }',
    '__schema',
  ],
  ['by its stand-in', standInFor('{ __schema { queryType { name } } }'), '__schema'],
  ['as clients do', getIntrospectionQuery(), '__schema'],
] as const

/** What an adapter makes of it: no client can know the name, and it is judged nevertheless. */
function standInFor(query: string): string {
  const options = { unmarked: 'public', introspection: 'off', viewer: () => ADA } as const
  return print(redirectMetaFields(guardSchema(makeHost(typeDefs).schema, options), parse(query)))
}

/** Without an adapter each field at the root says so. */
const distinct = (values: readonly unknown[]) => [...new Set(values)]
const refusalOf = (answer: Answer) => [distinct(codesOf(answer)), distinct(coordinatesOf(answer)), answer.ran]

function open(door: Door, introspection: GuardOptions['introspection']) {
  return door(makeHost(typeDefs), introspection === undefined ? {} : { introspection })
}

describe.each(INTROSPECTION_DOORS)('%s', (_door, door) => {
  describe.each(ASKING)('G40 introspection %s', (_name, query, field) => {
    test('authenticated: who is logged in, and nobody else', async () => {
      const run = open(door, 'authenticated')
      for (const [viewer, code] of [
        [ANYBODY, 'UNAUTHENTICATED'],
        [EXPIRED, 'TOKEN_EXPIRED'],
        [ADA, null],
        [ANYBODY, 'UNAUTHENTICATED'],
      ] as const) {
        const answer = await run({ query, viewer })
        if (code === null) expect(answer.errors).toEqual([])
        else expect(refusalOf(answer)).toEqual([[code], [`Root.${field}`], []])
        expect(JSON.stringify(answer.data ?? null).includes('Root')).toBe(code === null)
      }
    })

    test('off: nobody', async () => {
      const run = open(door, 'off')
      for (const [viewer, code] of [
        [ANYBODY, 'FORBIDDEN'],
        [ADA, 'FORBIDDEN'],
        [EXPIRED, 'TOKEN_EXPIRED'],
      ] as const) {
        const answer = await run({ query, viewer })
        expect(refusalOf(answer)).toEqual([[code], [`Root.${field}`], []])
        expect(JSON.stringify(answer.data ?? null)).not.toContain('Root')
      }
    })
  })

  test.each([
    ['skipped', 'query ($x: Boolean!) { open ... @skip(if: $x) { __schema { types { name } } } }'],
    [
      'not included',
      'query ($x: Boolean!, $y: Boolean = false) { open __schema @include(if: $y) { types { name } } a: open @skip(if: $x) }',
    ],
  ])('G40 introspection that is %s asks for nothing', async (_name, query) => {
    const answer = await open(door, 'off')({ query, variables: { x: true } })
    expect([answer.errors, answer.data]).toEqual([[], { open: 'Root.open' }])
  })

  test('G40 the same text with other variables is judged anew', async () => {
    const run = open(door, 'authenticated')
    const query = 'query ($x: Boolean!) { open __type(name: "Root") @include(if: $x) { name } }'
    for (const x of [false, true, false, true]) {
      const refused = await run({ query, variables: { x } })
      expect(distinct(codesOf(refused))).toEqual(x ? ['UNAUTHENTICATED'] : [])
      const asked = await run({ query, variables: { x }, viewer: ADA })
      expect(asked.data).toEqual({ open: 'Root.open', ...(x ? { __type: { name: 'Root' } } : {}) })
    }
  })

  test('G41 of two operations the one that is selected counts', async () => {
    const run = open(door, 'authenticated')
    const query = /* GraphQL */ `
      mutation Change { change { __typename } }
      query Ask { __schema { queryType { name } } }
      query Read { open }
    `
    expect(codesOf(await run({ query, operationName: 'Ask' }))).toEqual(['UNAUTHENTICATED'])
    expect(codesOf(await run({ query, operationName: 'Change' }))).toEqual([])
    expect(codesOf(await run({ query, operationName: 'Read' }))).toEqual([])
    expect((await run({ query, operationName: 'Ask', viewer: ADA })).data).toEqual({
      __schema: { queryType: { name: 'Root' } },
    })
  })

  test.each(['off', 'authenticated', 'public'] as const)('%s: __typename is free', async (introspection) => {
    const answer = await open(door, introspection)({ query: '{ __typename self { __typename } }' })
    expect(answer.data).toEqual({ __typename: 'Root', self: { __typename: 'Root' } })
  })

  test('without the option it is for everybody', async () => {
    const answer = await open(
      door,
      undefined,
    )({ query: '{ __schema { queryType { name } } }', viewer: EXPIRED })
    expect(answer.data).toEqual({ __schema: { queryType: { name: 'Root' } } })
  })

  test('a field of the answer stands where it was asked for', async () => {
    const query = '{ a: open b: __type(name: "Root") { name } __type(name: "None") { name } c: open }'
    const { data } = await open(door, 'authenticated')({ query, viewer: ADA })
    expect(JSON.stringify(data)).toBe('{"a":"Root.open","b":{"name":"Root"},"__type":null,"c":"Root.open"}')
  })

  test('what a policy refuses beside it shows nothing of the schema', async () => {
    const answer = await open(
      door,
      'authenticated',
    )({ query: '{ __schema { types { name } } asked }', viewer: ADA })
    expect(codesOf(answer)).toContain('FORBIDDEN')
    expect(JSON.stringify(answer.data ?? null)).not.toContain('Root')
  })
})

test('schemas of the process that are not guarded keep their introspection', async () => {
  const host = makeHost(typeDefs)
  guardSchema(host.schema, { unmarked: 'public', introspection: 'off' })
  const answer = await viaExecute(host, {})({ query: '{ __schema { queryType { name } } }' })
  expect(answer.data).toEqual({ __schema: { queryType: { name: 'Root' } } })
})

test('an unknown value stops the start', () => {
  const options = { unmarked: 'public', introspection: 'never' } as unknown as GuardOptions
  expect(() => guardSchema(makeHost(typeDefs).schema, options)).toThrow(OptionError)
})
