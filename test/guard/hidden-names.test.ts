import { GraphQLError, GraphQLScalarType, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { concealErrors, concealNamesOf } from '../../src/guard/conceal-names.js'
import { makeHost } from './support/host.js'
import { viaYoga } from './support/run.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open(ticket: Ticket, level: Level, sortBy: String): Diary
    secret(passphrase: String!, ticket: Ticket): Vault @auth
    named: Named
    type: String
    stamped(stamp: Stamp): String
  }
  scalar Stamp
  interface Named {
    label: String
  }
  type Diary implements Named {
    label: String
    pages: Int
  }
  type Vault {
    label: Int
    combination: String
  }
  input Ticket {
    signature: String!
    seat: Int
  }
  enum Level {
    UPPERMOST
  }
  directive @traced(channel: String!) on FIELD
`

/** What no client wrote in any of the documents below, unless a row says so. */
const NAMES = [
  ...['secret', 'passphrase', 'Vault', 'combination', 'Diary', 'pages', 'Ticket', 'signature', 'seat'],
  ...['Level', 'UPPERMOST', 'traced', 'channel', 'sortBy', 'label', 'Stamp'],
]

const DOCUMENTS = [
  ['a name that is almost a field’s', '{ secrt(passphras: "") }', []],
  ['a missing argument', '{ secret { label } }', ['secret', 'label']],
  ['an argument that is almost another', '{ open(sortB: "x") { __typename } }', []],
  [
    'a field of a type that nobody named',
    '{ secret(passphrase: "") { combinatio } }',
    ['secret', 'passphrase'],
  ],
  ['a missing selection', '{ open }', []],
  ['a missing input field', '{ open(ticket: {}) { __typename } }', []],
  [
    'an input field that is almost another',
    '{ open(ticket: { signature: "", seet: 1 }) { __typename } }',
    ['signature'],
  ],
  ['an enum value that is almost another', '{ open(level: UPERMOST) { __typename } }', []],
  ['a value of another kind', '{ open(ticket: 3, level: 4) { __typename } }', []],
  ['a variable of another type', 'query ($x: Int) { open(ticket: $x) { __typename } }', []],
  ['a variable whose type is almost another', 'query ($x: Tiket) { __typename @include(if: $x) }', []],
  ['a fragment on a type that is almost another', '{ named { ... on Diry { __typename } } }', []],
  ['a fragment where it cannot be', '{ named { ... on Vault { __typename } } }', ['Vault']],
  [
    'fields that conflict',
    '{ open { a: label } named { ... on Diary { a: label a: pages } } }',
    ['Diary', 'label', 'pages'],
  ],
  ['a directive that is almost another', '{ open @trace { __typename } }', []],
  ['a missing argument of a directive', '{ open @traced { __typename } }', ['traced']],
  ['a value that a scalar refuses in words of its own', '{ stamped(stamp: "x\\" ") }', []],
  ['a selection below a leaf', '{ type { x } }', []],
] as const

/** As `graphql-scalars` do, this one says by its own name what it cannot take. */
function makeHostWithScalar() {
  const host = makeHost(typeDefs)
  const refusing = new GraphQLScalarType({
    name: 'Stamp',
    parseValue(value) {
      throw new GraphQLError(`Stamp cannot represent value: "${value}"`)
    },
    parseLiteral() {
      throw new GraphQLError('Value is not a valid Stamp.')
    },
  })
  Object.assign(host.schema.getType('Stamp') ?? {}, refusing)
  return host
}

describe.each(['off', 'authenticated'] as const)('with introspection %s', (introspection) => {
  test.each(DOCUMENTS)(
    'G42 %s: no message names what the document does not',
    async (_name, query, written) => {
      const { errors, response } = await viaYoga(makeHostWithScalar(), { introspection })({ query })
      expect(errors.length).toBeGreaterThan(0)
      const said = errors.map(({ message }) => message).join('\n')
      expect(said).not.toContain('Did you mean')
      const names = said.match(/\w+/g) ?? []
      expect(
        names.filter((name) => NAMES.includes(name) && !(written as readonly string[]).includes(name)),
      ).toEqual([])
      expect(response?.status).toBe(200)
    },
  )

  test.each([
    ['a missing field', { ticket: {} }],
    ['a field that is almost another', { ticket: { signature: '', seet: 1 } }],
    ['quotation marks of the client’s own', { ticket: { '"': '" is "', seet: '"' } }],
    ['another kind of value', { ticket: '"' }],
  ])('G42 variables with %s: no message names what the document does not', async (_name, variables) => {
    const query = 'query ($ticket: Ticket) { open(ticket: $ticket) { __typename } }'
    const { errors, data } = await viaYoga(makeHost(typeDefs), { introspection })({ query, variables })
    const said = errors.map(({ message }) => message).join('\n')
    expect(said).toMatch(/^Variable "\$ticket" /)
    expect(said).not.toMatch(/Did you mean|passphrase|"signature"|\.signature|"seat"/)
    expect(data).toBeUndefined()
  })
})

test('a message that names only what the document names says what is wrong', async () => {
  const run = viaYoga(makeHost(typeDefs), { introspection: 'off' })
  const { errors } = await run({ query: '{ secrt secret(passphrase: 1) { label } ...Lost }' })
  expect(errors.map(({ message }) => message)).toEqual([
    'Cannot query field "secrt" on type "Query".',
    'String cannot represent a non string value: 1',
    'Unknown fragment "Lost".',
  ])
})

test('a scalar says in its own words what is wrong where the document names it', async () => {
  const run = viaYoga(makeHostWithScalar(), { introspection: 'off' })
  const query = 'query ($s: Stamp) { stamped(stamp: $s) }'
  const { errors } = await run({ query, variables: { s: 'x' } })
  expect(errors[0]?.message).toMatch(/^Variable "\$s" .*Stamp cannot represent value: "x"$/)
})

test('messages are told in full where introspection is public', async () => {
  const { errors } = await viaYoga(makeHost(typeDefs))({ query: '{ secrt }' })
  expect(errors[0]?.message).toContain('Did you mean "secret"')
})

test('a list of errors that a cache brings again is answered with the same', () => {
  const { schema } = makeHost(typeDefs)
  const document = parse('{ secrt }')
  const errors = validate(schema, document)
  const concealed = concealErrors(errors, document, concealNamesOf(schema))
  expect(concealErrors(errors, document, concealNamesOf(schema))).toBe(concealed)
  expect(concealErrors(concealed, document, concealNamesOf(schema))).toBe(concealed)
  expect(concealed[0]).toMatchObject({ locations: [{ line: 1, column: 3 }], stack: concealed[0]?.message })
})
