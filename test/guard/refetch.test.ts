import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type GraphQLObjectType, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../src/guard/index.js'
import { executeRaw, viaExecute, viaYoga } from './support/run.js'

const typeDefs = /* GraphQL */ `
  type Query {
    node(id: ID): Node
    nodes: [Node]
    entry: Entry
  }
  interface Node {
    id: ID!
    name: String
  }
  type Open implements Node {
    id: ID!
    name: String
  }
  type Closed implements Node @auth {
    id: ID!
    name: String
  }
  type Staff implements Node @auth(roles: ["staff"]) {
    id: ID!
    name: String
  }
  type Asked implements Node @policy(policies: [["never"]]) {
    id: ID!
    name: String
  }
  interface Entry @auth {
    id: ID!
  }
  type Post implements Entry {
    id: ID!
  }
  type Page implements Entry {
    id: ID!
  }
`
/** Without a type with a policy, which is asked ahead or not at all. */
const withoutPolicy = typeDefs.replace(/type Asked[^}]*\}/, '')
const F = 'fragment F on Open { name }'
const REFETCH = `{ node(id: 1) { __typename ...F id } } ${F}`

function createHost(definitions = withoutPolicy) {
  const state = { found: 'Open' }
  const ran: string[] = []
  const objectOf = (name: string) => ({ __typename: name, id: `${name}:1`, name })
  const schema = makeExecutableSchema({
    typeDefs: [guardTypeDefs, definitions],
    resolvers: {
      Query: {
        node: () => ran.push('node') && objectOf(state.found),
        nodes: () => ran.push('nodes') && ['Open', 'Closed', 'Staff', 'Open'].map(objectOf),
        entry: () => ran.push('entry') && objectOf('Post'),
      },
    },
  })
  return { state, host: { schema, ran } }
}

const ANONYMOUS: Viewer = { kind: 'anonymous' }
const USER: Viewer = { kind: 'active' }

describe.each([
  ['behind the adapter', viaYoga],
  ['guardSchema alone', viaExecute],
])('what the Relay compiler writes, %s', (_name, door) => {
  const policies = { never: () => false }

  test.each([
    ['a fragment', REFETCH],
    ['an inline fragment', '{ node(id: 1) { __typename ... on Open { name } id } }'],
    ['another order', `{ node(id: 1) { id ...F __typename } } ${F}`],
  ])('finds an object that everybody may read, by %s', async (_how, query) => {
    const { host } = createHost()
    const { data, errors } = await door(host)({ query })
    expect([data, errors]).toEqual([{ node: { __typename: 'Open', name: 'Open', id: 'Open:1' } }, []])
  })

  test('shows nothing of an object that the caller may not read', async () => {
    const { host, state } = createHost()
    const run = door(host)
    for (const [found, viewer, code] of [
      ['Closed', ANONYMOUS, 'UNAUTHENTICATED'],
      ['Staff', ANONYMOUS, 'UNAUTHENTICATED'],
      ['Staff', USER, 'FORBIDDEN'],
    ] as const) {
      state.found = found
      const { data, errors } = await run({ query: REFETCH, viewer })
      expect(data).toEqual({ node: null })
      expect(errors).toMatchObject([{ path: ['node', 'id'], extensions: { code } }])
    }
    state.found = 'Closed'
    const { data } = await run({ query: REFETCH, viewer: USER })
    expect(data).toEqual({ node: { __typename: 'Closed', id: 'Closed:1' } })
  })

  test('judges each object of a list', async () => {
    const { host } = createHost()
    const { data } = await door(host)({ query: `{ nodes { __typename ...F id } } ${F}`, viewer: USER })
    expect(data).toMatchObject({ nodes: [{ id: 'Open:1' }, { id: 'Closed:1' }, null, { id: 'Open:1' }] })
  })

  test.each([
    ['without a fragment', '{ node { __typename id } }'],
    ['without __typename', `{ node { ...F id } } ${F}`],
    ['with a fragment on all of it', '{ node { __typename ...N id } } fragment N on Node { __typename }'],
    ['with a fragment that never counts', `{ node { __typename ...F @skip(if: true) id } } ${F}`],
    [
      'with a fragment that may not count',
      `query ($f: Boolean = true) { node { __typename ...F @include(if: $f) id } } ${F}`,
    ],
    ['with another field', `{ node { __typename ...F id name } } ${F}`],
    ['with another field by its name', `{ node { __typename ...F id: name } } ${F}`],
    ['with a fragment on what is closed', '{ node { __typename ...C id } } fragment C on Closed { name }'],
    ['with the id in another fragment', `{ node { __typename ...F ... on Node { id } } } ${F}`],
    ['beside the id alone', `{ node { __typename ...F id } other: node { id } } ${F}`],
    ['behind the id alone', `{ other: node { id } node { __typename ...F id } } ${F}`],
    ['beside it on one object', `{ node { id } node { __typename ...F id } } ${F}`],
    ['where the interface is guarded', '{ entry { __typename ... on Post { __typename } id } }'],
  ])('is judged before anything runs: %s', async (_how, query) => {
    const { host } = createHost()
    const { errors, ran } = await door(host)({ query })
    expect([errors[0]?.extensions.code, ran]).toEqual(['UNAUTHENTICATED', []])
  })

  test('a policy and a bad token are judged before anything runs', async () => {
    const asking = createHost(typeDefs).host
    const { errors, ran } = await door(asking, { policies })({ query: REFETCH, viewer: USER })
    expect([errors[0]?.extensions.code, ran]).toEqual(['FORBIDDEN', []])
    const { host } = createHost()
    const bad = await door(host)({ query: REFETCH, viewer: { kind: 'expired' } })
    expect([bad.errors[0]?.extensions.code, bad.ran]).toEqual(['TOKEN_EXPIRED', []])
  })
})

test('a resolver that is put into the field later is guarded', async () => {
  const { host, state } = createHost()
  const schema = guardSchema(host.schema, {
    unmarked: 'public',
    viewer: (context) => (context as { viewer: Viewer }).viewer,
  })
  const { id } = (schema.getType('Closed') as GraphQLObjectType).getFields()
  if (id === undefined) throw new Error('no such field')
  id.resolve = () => 'loaded'
  state.found = 'Closed'
  expect((await executeRaw(schema, parse(REFETCH))).data).toEqual({ node: null })
  const contextValue = { viewer: USER }
  const { data } = await execute({ schema, document: parse(REFETCH), contextValue })
  expect(data).toMatchObject({ node: { id: 'loaded' } })
})
