import { makeExecutableSchema } from '@graphql-tools/schema'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, DOORS } from './support/run.js'

const USER: Viewer = { kind: 'active' }
const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }

const host = makeHost(/* GraphQL */ `
  type Query {
    open: String!
    maybe: String @auth(onDeny: NULL)
    admin: String @auth(roles: ["admin"], onDeny: NULL)
    strict: String @auth @auth(roles: ["admin"], onDeny: NULL)
    users: [User!]!
    secret: Secret
    node: Node
  }
  interface Node {
    id: ID
  }
  type User implements Node {
    id: ID
    email: String @auth(roles: ["admin"], onDeny: NULL)
    friends: [[User!]!]!
  }
  type Secret implements Node @auth(onDeny: NULL) {
    id: ID
    text: String
  }
  type Subscription {
    quiet: String @auth(onDeny: NULL)
  }
`)

describe.each(DOORS)('%s', (_name, door) => {
  const run = door(host)

  test('gives null and an error at the path, and all else', async () => {
    const answer = await run({ query: '{ open maybe }' })
    expect(answer.data).toEqual({ open: 'Query.open', maybe: null })
    expect(answer.errors).toMatchObject([
      { path: ['maybe'], extensions: { code: 'UNAUTHENTICATED', action: 'login' } },
    ])
    expect(answer.errors[0]?.extensions).not.toHaveProperty('http')
    expect(answer.ran).toEqual(['Query.open'])
    expect(answer.response?.status ?? 200).toBe(200)
  })

  test('names the code of what failed', async () => {
    const answer = await run({ query: '{ maybe admin }', viewer: USER })
    expect(answer.data).toEqual({ maybe: 'Query.maybe', admin: null })
    expect(codesOf(answer)).toEqual(['FORBIDDEN'])
  })

  test('G20 paths are right in nested lists and by aliases', async () => {
    const query = '{ users { e: email friends { ...F } } } fragment F on User { email }'
    const { errors, data } = await run({ query, viewer: USER })
    const friend = { email: null }
    expect(data).toEqual({
      users: [
        {
          e: null,
          friends: [
            [friend, friend],
            [friend, friend],
          ],
        },
        {
          e: null,
          friends: [
            [friend, friend],
            [friend, friend],
          ],
        },
      ],
    })
    expect(errors.map(({ path }) => path)).toContainEqual(['users', 1, 'friends', 0, 1, 'email'])
    expect(errors).toHaveLength(10)
    expect((await run({ query, viewer: ADMIN })).errors).toEqual([])
  })

  test('a rule that rejects beside it rejects', async () => {
    const answer = await run({ query: '{ open strict }' })
    expect([...new Set(codesOf(answer))]).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
    expect((await run({ query: '{ open strict }', viewer: USER })).data).toEqual({
      open: 'Query.open',
      strict: null,
    })
  })

  test('a bad token always rejects', async () => {
    const answer = await run({ query: '{ open maybe }', viewer: { kind: 'expired' } })
    expect([...new Set(codesOf(answer))]).toEqual(['TOKEN_EXPIRED'])
    expect(answer.ran).toEqual([])
  })

  test('a type’s rule makes null what returns it, and its fields where they are reached otherwise', async () => {
    expect((await run({ query: '{ secret { text } }' })).data).toEqual({ secret: null })
    const query = '{ node { ... on Secret { text } ... on User { id } } }'
    expect((await run({ query })).errors).toEqual([])
    expect((await run({ query: '{ secret { text } }', viewer: USER })).errors).toEqual([])
  })

  test('a subscription that is denied does not start', async () => {
    const answer = await run({ query: 'subscription { quiet }' })
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
  })

  test('nobody is told apart from a user by the order of requests', async () => {
    for (const viewer of [USER, ANYBODY, USER]) {
      const answer = await run({ query: '{ maybe }', viewer })
      expect(answer.data).toEqual({ maybe: viewer === USER ? 'Query.maybe' : null })
    }
  })
})

describe('G27 NULL where there may be no null stops the build', () => {
  test.each([
    ['on a field', 'type Query { x: Int! @auth(onDeny: NULL) }', 'Query.x: onDeny: NULL'],
    [
      'on an object, by its field',
      'type Query { t: T } type T @auth(onDeny: NULL) { x: Int! }',
      'T.x: onDeny: NULL',
    ],
    [
      'on an object, by what returns it',
      'type Query { t: T! } type T @auth(onDeny: NULL) { x: Int }',
      'Query.t: onDeny: NULL',
    ],
    [
      'from an interface’s field',
      'type Query { t: T } interface I { x: Int @auth(onDeny: NULL) } type T implements I { x: Int! }',
      'T.x: onDeny: NULL',
    ],
    [
      'on a mutation',
      'type Query { x: Int } type Mutation { m: Int @auth(onDeny: NULL) }',
      'Mutation.m: onDeny: NULL',
    ],
    [
      'on an interface',
      'type Query { i: I } interface I @auth(onDeny: NULL) { x: Int } type T implements I { x: Int }',
      'I: @auth(onDeny:) is for fields',
    ],
    [
      'beside optional',
      'type Query { x: Int @auth(optional: true, onDeny: NULL) }',
      'Query.x: @auth(optional: true)',
    ],
  ])('%s', (_name, typeDefs, problem) => {
    const schema = makeExecutableSchema({ typeDefs: [guardTypeDefs, typeDefs] })
    expect(() => guardSchema(schema, { unmarked: 'public' })).toThrow(problem)
  })
})
