import { makeExecutableSchema } from '@graphql-tools/schema'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs } from '../../src/guard/index.js'
import { as, asNobody, expectAllowed, expectRefused } from '../../src/testing/index.js'

const schema = makeExecutableSchema({
  typeDefs: [
    guardTypeDefs,
    /* GraphQL */ `
      type Query {
        open: String @public
        me: String @auth
        orders: String @auth(roles: ["clerk"], scopes: [["orders:read"]])
        vip: String @auth(claims: [{ name: "tier", in: ["gold"] }])
        close: String @fresh
        asked: String @policy(policies: [["yes"]])
        denied: String @policy(policies: [["no"]])
      }
    `,
  ],
  resolvers: {
    Query: {
      me: () => {
        throw new Error('resolvers do not run')
      },
    },
  },
})
const guarded = guardSchema(schema, { unmarked: 'error', policies: { yes: () => true, no: () => false } })

describe('a host’s own tests', () => {
  test.each([
    ['{ open }', asNobody()],
    ['{ me }', as()],
    ['{ orders }', as({ roles: ['clerk'], scopes: ['orders:read', 'x'] })],
    ['{ vip }', as({ claims: { tier: 'gold' } })],
    ['{ close }', as({ fresh: true })],
    ['{ asked }', as()],
  ])('%s is allowed', async (query, context) => {
    await expectAllowed(guarded, { query, context })
    await expect(expectRefused(guarded, { query, context })).rejects.toThrow('but it allows it')
  })

  test.each([
    ['{ me }', asNobody(), 'UNAUTHENTICATED'],
    ['{ orders }', as({ roles: ['clerk'] }), 'FORBIDDEN'],
    ['{ close }', as(), 'FRESH_REQUIRED'],
    ['{ denied }', as(), 'FORBIDDEN'],
  ] as const)('%s is refused', async (query, context, code) => {
    await expectRefused(guarded, { query, context }, code)
    await expectRefused(guarded, { query, context })
    await expect(expectRefused(guarded, { query, context }, 'TOKEN_EXPIRED')).rejects.toThrow(code)
    await expect(expectAllowed(guarded, { query, context })).rejects.toThrow(code)
  })

  test('by nobody unless somebody is named, with variables and a name', async () => {
    await expectRefused(guarded, { query: '{ me }' }, 'UNAUTHENTICATED')
    const query = 'query A($x: Boolean!) { open me @include(if: $x) } query B { open }'
    await expectAllowed(guarded, { query, operationName: 'A', variables: { x: false } })
    await expectRefused(guarded, { query, operationName: 'A', variables: { x: true } })
    await expect(expectAllowed(guarded, { query, operationName: 'C' })).rejects.toThrow('no operation')
  })

  test('a document that does not fit, or a schema that is not guarded, proves nothing', async () => {
    await expect(expectRefused(guarded, { query: '{ nothing }' })).rejects.toThrow(
      'the document is not valid',
    )
    await expect(expectRefused(schema, { query: '{ me }' })).rejects.toThrow('the schema is not guarded')
  })
})
