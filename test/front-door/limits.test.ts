import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { startSharedServer } from '../support/server.js'

interface WithDocument {
  readonly operation: object
}

const seen: object[] = []
const server = await startSharedServer({
  typeDefs: 'extend type Query { numbers(of: [Int!]!): Int! @public  document: Int @public }',
  resolvers: {
    Query: {
      numbers: (_parent: unknown, { of }: { of: number[] }) => of.length,
      document: (_parent: unknown, _args: unknown, _context: unknown, { operation }: WithDocument) =>
        seen.push(operation),
    },
  },
})

/** A document of so many tokens. */
function documentOf(tokens: number): string {
  // { numbers ( of : [ … ] ) }
  return `{numbers(of:[${'1 '.repeat(tokens - 9)}])}`
}

describe('the tokens of a document', () => {
  test('may be 5,000', async () => {
    const { status, data } = await server.ask(documentOf(5_000))
    expect({ status, data }).toEqual({ status: 200, data: { numbers: 4_991 } })
  })

  test.each([
    ['one more', documentOf(5_001)],
    ['as many as the body takes', `{z1 ${'a '.repeat(49_000)}}`],
  ])('%s are refused, and said to be too many', async (_what, document) => {
    const answer = await server.ask(document)
    expect(answer).toMatchObject({ status: 400, code: 'GRAPHQL_PARSE_FAILED' })
    expect(answer.errors[0]?.message).toContain('5000 tokens')
    expect(answer.body).not.toHaveProperty('data')
  })

  test('of the introspection that tools send are few enough', async () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true })
    expect((await server.ask(query)).status).toBe(200)
  })
})

test('the same text is the same operation, for which the guard’s plan holds', async () => {
  for (const query of ['{ document }', '{ document }', '{ document  }']) await server.ask(query)
  expect(seen).toHaveLength(3)
  expect(seen[1]).toBe(seen[0])
  expect(seen[2]).not.toBe(seen[0])
})

test('more mistakes than are listed are one answer, 400', async () => {
  const { status, errors, body } = await server.ask(
    `{whoami{${Array.from({ length: 900 }, (_, i) => `a${i}`).join(' ')}}}`,
  )
  expect(status).toBe(400)
  expect(errors.length).toBeLessThanOrEqual(101)
  expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  expect(body).not.toHaveProperty('data')
})

test.each([
  ['the first', (heavy: string, light: string) => `${heavy} ${light}`],
  ['the last', (heavy: string, light: string) => `${light} ${heavy}`],
])('H4: of two fragments of one name %s is measured too', async (_which, order) => {
  const heavy = `fragment F on Query { ${'__schema { queryType { name } } '.repeat(600)} }`
  const { status, code, errors } = await server.ask(
    `{ ...F } ${order(heavy, 'fragment F on Query { __typename }')}`,
  )
  expect({ status, code }).toEqual({ status: 400, code: 'INVALID_REQUEST' })
  expect(errors[0]?.extensions).toMatchObject({ limit: 'maxCost' })
})
