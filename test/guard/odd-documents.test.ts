import { GraphQLBoolean, type OperationDefinitionNode, parse, versionInfo } from 'graphql'
import { expect, test } from 'vitest'
import { variablesOf } from '../../src/guard/conditions.js'
import { guardSchema, useGuard, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, DOORS, executeRaw } from './support/run.js'

const OPTIONS = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
} as const

const host = makeHost(/* GraphQL */ `
  type Query {
    open(filter: Filter): String
    secret: String @auth
    owned: [Owned!]
  }
  input Filter {
    text: String
    owner: String @auth
  }
  interface Owned {
    owner: Thing
  }
  interface Thing {
    id: ID
  }
  type House implements Owned {
    owner: Person
  }
  type Car implements Owned {
    owner: Firm
  }
  type Person implements Thing {
    id: ID
  }
  type Firm implements Thing {
    id: ID @auth
  }
  type Ghost implements Thing @auth {
    id: ID
  }
`)
const guarded = guardSchema(host.schema, OPTIONS)

test.each([
  'fragment F($x: Boolean = false) on Query { open secret @skip(if: $x) }',
  'fragment F($f: Filter = { owner: "x" }) on Query { open(filter: $f) }',
  'fragment F($o: String = "x") on Query { open(filter: { owner: $o }) }',
])('a fragment’s own variables hide the operation’s, so neither is believed: %s', async (fragment) => {
  const options = { allowLegacyFragmentVariables: true, experimentalFragmentArguments: true }
  const document = parse(`query ($x: Boolean = true, $f: Filter, $o: String) { ...F } ${fragment}`, options)
  const result = await executeRaw(guarded, document)
  expect(result.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
})

test.each(['@skip(if: $x) @skip(if: $y)', '@skip(if: $y) @skip(if: $x)'])(
  'of two conditions of one kind neither is believed: %s',
  async (conditions) => {
    const document = parse(`query ($x: Boolean!, $y: Boolean!) { open secret ${conditions} }`)
    const result = await executeRaw(guarded, document, { variables: { x: true, y: false } })
    expect(result.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  },
)

test('a variable called as graphql 17 calls its values is a variable like any other', async () => {
  const query = 'query ($coerced: Boolean!) { open secret @skip(if: $coerced) }'
  for (const [, door] of DOORS) {
    const run = door(host)
    expect((await run({ query, variables: { coerced: true } })).errors).toEqual([])
    const selected = await run({ query, variables: { coerced: false } })
    expect([selected.errors[0]?.extensions.code, selected.ran]).toEqual(['UNAUTHENTICATED', []])
  }
})

test('values of another form are not taken for those of graphql 17, whatever a client calls them', () => {
  const valuesOf = (text: string, values: object) =>
    variablesOf(parse(text).definitions[0] as OperationDefinitionNode, values)
  const withType = (type: unknown) => ({
    coerced: { hide: true },
    sources: { coerced: { signature: { type } } },
    hide: false,
  })
  const [forged, genuine] = [withType('Any'), withType(GraphQLBoolean)]
  const one = 'query ($coerced: Any, $hide: Boolean) { __typename }'
  const both = 'query ($coerced: Any, $sources: Any, $hide: Boolean) { __typename }'
  const isKnown = versionInfo.major < 17
  expect(valuesOf(one, { coerced: { hide: true }, hide: false })?.hide).toBe(isKnown ? false : undefined)
  expect(valuesOf(one, forged)?.hide).toBe(isKnown ? false : undefined)
  expect(valuesOf(both, genuine)?.hide).toBe(isKnown ? false : undefined)
  expect(valuesOf(one, genuine)?.hide).toBe(!isKnown)
})

test('implementors that return different types are each followed to theirs', async () => {
  for (const [, door] of DOORS) {
    const run = door(host)
    const refused = await run({ query: '{ owned { owner { id } } }' })
    expect([...new Set(codesOf(refused))]).toEqual(['UNAUTHENTICATED'])
    expect(refused.ran).toEqual([])
    const narrowed = '{ owned { ... on House { owner { id } } } }'
    expect((await run({ query: narrowed })).errors).toEqual([])
  }
})

test('two operations by one name are refused before execution', () => {
  const plugin = useGuard(OPTIONS)
  const refused: unknown[] = []
  const context = { viewer: ANYBODY }
  const rule = (text: string, operationName?: string) =>
    plugin.onExecute({
      args: { schema: guarded, document: parse(text), operationName, contextValue: context },
      context,
      setResultAndStopExecution: ({ errors }) => refused.push(errors[0]?.extensions.code),
    })
  rule('query A { open } query A { secret }', 'A')
  expect(refused).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  // Of these an executor runs nothing.
  rule('query A { open } query B { secret }')
  rule('query A { secret }', 'B')
  expect(refused).toHaveLength(1)
})

test('an operation that is put into a document with other fragments is judged by those', async () => {
  const open = parse('{ open ...F } fragment F on Query { open }')
  const secret = parse('fragment F on Query { secret }')
  const [operation] = open.definitions
  if (operation === undefined) throw new Error('no operation')
  for (const [document, code] of [
    [open, undefined],
    [{ ...open, definitions: [operation, ...secret.definitions] }, 'UNAUTHENTICATED'],
    [open, undefined],
  ] as const) {
    host.ran.length = 0
    const result = await executeRaw(guarded, document)
    expect(result.errors?.[0]?.extensions.code).toBe(code)
    expect(host.ran.length > 0).toBe(code === undefined)
  }
})
