import { parse, versionInfo } from 'graphql'
import { expect, test } from 'vitest'
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

test('a variable called as graphql 17 calls its values is not taken for them', async () => {
  const query = 'query ($coerced: Boolean!, $x: Boolean = true) { open secret @skip(if: $coerced) }'
  host.ran.length = 0
  const skipped = await executeRaw(guarded, parse(query), { variables: { coerced: true } })
  expect(skipped.errors?.[0]?.extensions.code).toBe(versionInfo.major < 17 ? undefined : 'UNAUTHENTICATED')
  host.ran.length = 0
  const selected = await executeRaw(guarded, parse(query), { variables: { coerced: false } })
  expect(selected.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  expect(host.ran).toEqual([])
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
