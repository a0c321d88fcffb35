import { type ASTVisitor, Kind, parse, specifiedRules, validate } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { useGuard } from '../../src/guard/index.js'
import { checkDocument, limitsRule, OptionError, useLimits } from '../../src/limits/index.js'
import { makeHost } from './support/host.js'

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')

const host = makeHost(
  'type Query { open: String node: Node } type Node { id: ID secret: Int @auth next: Node }',
)
const HEAVY = times(1240, () => 'node { id }')
const twins = (first: string, second: string) =>
  `{ ...F } fragment F on Query { ${first} } fragment F on Query { ${second} }`

/** Name of the limit → documents beyond it. */
const HOSTILE: [string, string][] = [
  ['maxDepth', `{ ${times(21, () => 'node {')} id ${'}'.repeat(22)}`],
  ['maxAliases', `{ node { ${times(31, (i) => `a${i}: id`)} } }`],
  ['maxRootFields', `{ ${times(31, (i) => `x${i}`)} }`],
  ['maxCost', `{ ${HEAVY} }`],
  ['maxCost', twins(HEAVY, 'open')],
  ['maxCost', twins('open', HEAVY)],
  ['maxCost', `query A { ${HEAVY} } query A { open }`],
  ['maxCost', `{ open } fragment Unused on Query { ${HEAVY} }`],
  [
    'maxAliases',
    `{ ${times(10, () => '... on Query { node { ...F } }')} } fragment F on Node { ${times(1000, (i) => `a${i}: secret`)} }`,
  ],
  ['maxTokens', `{ open(${times(5000, () => 'a: 1')}) }`],
]

const LIMITS = { maxTokens: 5000, maxDepth: 20, maxAliases: 30, maxRootFields: 30, maxCost: 2000 }

describe.each(HOSTILE)('H4: a document beyond %s', (limit, source) => {
  const document = parse(source)
  const extensions = {
    code: 'INVALID_REQUEST',
    action: 'none',
    limit,
    max: LIMITS[limit as keyof typeof LIMITS],
  }

  test('has an error by checkDocument, with or without the count of the parser', () => {
    expect(checkDocument(document).map((error) => error.extensions)).toEqual([extensions])
    const sent = JSON.parse(JSON.stringify({ ...document, tokenCount: 1 }))
    expect(checkDocument(sent).map((error) => error.extensions)).toEqual([extensions])
  })

  test('has one error by limitsRule, and no rule looks at anything in it', () => {
    const looked: string[] = []
    const look = (): ASTVisitor => ({
      enter: ({ kind }) => void (kind === Kind.DOCUMENT || looked.push(kind)),
    })
    const rules = [look, ...specifiedRules, limitsRule(), look]
    const errors = validate(host.schema, document, rules)
    expect(errors.map((error) => error.extensions)).toContainEqual(extensions)
    expect(
      errors.every(
        ({ message, extensions }) => extensions.limit === limit || /unique|one anonymous/.test(message),
      ),
    ).toBe(true)
    expect(looked).toEqual([])
  })

  test('is refused by Yoga with useLimits, beside the guard', async () => {
    const yoga = createYoga({
      schema: host.schema,
      plugins: [useLimits(), useGuard({ unmarked: 'public' })],
      logging: false,
    })
    host.ran.length = 0
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      // To application/json Yoga responds 200 for a document that is not valid.
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({
        query: source,
        ...(source.startsWith('query A') ? { operationName: 'A' } : {}),
      }),
    })
    const { errors, ...rest } = (await response.json()) as { errors: { extensions: object }[] }
    expect(response.status).toBe(400)
    expect(rest).toEqual({})
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(errors).toHaveLength(1)
    // The parser stops at the limit of tokens, and there is no document to measure.
    const { max: _, ...named } = extensions
    expect(errors[0]?.extensions).toMatchObject(
      limit === 'maxTokens' ? { code: 'GRAPHQL_PARSE_FAILED' } : named,
    )
    expect(host.ran).toEqual([])
  })
})

test('H4: what is within the limits has no error, twice too', async () => {
  const source = '{ node { id next { secret } } }'
  expect(checkDocument(parse(source))).toEqual([])
  const rules = [...specifiedRules, limitsRule()]
  const document = parse(source)
  for (const _ of [1, 2]) expect(validate(host.schema, document, rules)).toEqual([])
  expect(validate(host.schema, parse('{ nod }'), rules)[0]?.message).toContain('Cannot query field "nod"')
})

test('H4: limits are as they are set, and Infinity is none', () => {
  const document = parse(`{ ${HEAVY} }`)
  const unlimited = { maxTokens: Infinity, maxCost: Infinity }
  expect(checkDocument(document, unlimited)).toEqual([])
  expect(checkDocument(document, { ...unlimited, maxTokens: 5 })[0]?.extensions.limit).toBe('maxTokens')
  expect(checkDocument(parse('{ a: open }'), { maxAliases: 0 })[0]?.extensions.limit).toBe('maxAliases')
})

test.each([
  [{ maxDepth: 0 }, 'maxDepth'],
  [{ maxCost: Number.NaN }, 'maxCost'],
  [{ maxTokens: 1.5 }, 'maxTokens'],
  [{ maxAliases: '30' }, 'maxAliases'],
  [{ maxdepth: 3 }, 'maxdepth'],
])('%o stops the start, by the name of the limit', (options, option) => {
  for (const make of [useLimits, limitsRule, (given: never) => checkDocument(parse('{ a }'), given)]) {
    expect(() => make(options as never)).toThrow(OptionError)
    expect(() => make(options as never)).toThrow(new RegExp(`^${option}: `))
  }
})

test('a fragment that spreads itself is named as that, if it goes beyond a limit', () => {
  const document = parse('{ node { ...F } } fragment F on Node { next { ...F } }')
  expect(checkDocument(document)[0]).toMatchObject({
    message: 'Cannot spread fragment "F" within itself.',
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  })
})

test('H4: a chain of fragments as long as a text can be is measured', () => {
  const links = 12_000
  const chain = (end: string) =>
    parse(
      `{ ...F0 } ${times(links, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F${links} on Query { ${end} }`,
    )
  const long = { maxTokens: Infinity, maxCost: Infinity }
  expect(checkDocument(chain('open'), long)).toEqual([])
  expect(checkDocument(chain('...F0'), { ...long, maxCost: 9 })[0]?.message).toContain('within itself')
  expect(checkDocument(chain('open'))[0]?.extensions.limit).toBe('maxTokens')
})
