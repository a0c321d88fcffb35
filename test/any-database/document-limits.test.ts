import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { startServer, startSharedServer } from '../support/server.js'

const typeDefs = /* GraphQL */ `
  extend type Query { node: Node! @public  touch(at: Int): Int! @public }
  type Node { id: ID!  next: Node!  other: Node! }
`
let touched = 0
const node = {
  id: 'a',
  next: () => node,
  other: () => node,
}
const resolvers = { Query: { node: () => node, touch: () => ++touched } }

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')

/** `node { next { next … { id } } }`: so many levels. */
const nested = (levels: number) =>
  `{ node ${times(levels - 2, () => '{ next')} { id } ${'}'.repeat(levels - 1)}`

describe('a document beyond a limit is refused before it is validated, naming the limit', async () => {
  const server = await startSharedServer({ typeDefs, resolvers })

  test.each<[string, string, string]>([
    ['fields nested too deep', 'maxDepth', nested(21)],
    [
      'fields nested too deep by fragments',
      'maxDepth',
      `{ ...F0 } fragment F0 on Query { node { ...F1 } }
       ${times(25, (i) => `fragment F${i + 1} on Node { next { ${i === 24 ? 'id' : `...F${i + 2}`} } }`)}`,
    ],
    ['too many aliases', 'maxAliases', `{ node { ${times(31, (i) => `a${i}: id`)} } }`],
    [
      'too many aliases, a few in each of many places',
      'maxAliases',
      `{ node { ${times(16, (i) => `a${i}: next { b: id }`)} } }`,
    ],
    [
      'fragments that double at each level',
      'maxAliases',
      `{ node { ...F0 } } fragment F18 on Node { id }
       ${times(18, (i) => `fragment F${i} on Node { next { ...F${i + 1} } b: next { ...F${i + 1} } }`)}`,
    ],
    [
      'the schema asked for again and again',
      'maxCost',
      `{ ${times(7, (i) => `a${i}: __schema { types { name } }`)} }`,
    ],
    [
      'lists of it asked for again and again',
      'maxCost',
      `{ __schema { types { ...F ${times(6, (i) => `a${i}: fields { name }`)} } } } fragment F on __Type { b: fields { name } }`,
    ],
    ['one field repeated with what is below it', 'maxCost', `{ ${times(1240, () => 'node{id}')} }`],
    [
      'one field repeated by fragments',
      'maxCost',
      `{ ${times(200, (i) => `...F${i}`)} }
       ${times(200, (i) => `fragment F${i} on Query { node { id } }`)}`,
    ],
    [
      'one field repeated by fragments in a chain',
      'maxCost',
      `{ ...F0 }
       ${times(200, (i) => `fragment F${i} on Query { node { id } ${i < 199 ? `...F${i + 1}` : ''} }`)}`,
    ],
    [
      'a fragment that nothing uses',
      'maxCost',
      `{ whoami { state } } fragment F on Query { ${times(500, () => 'node{id}')} }`,
    ],
    [
      'an operation that is not the one to run',
      'maxCost',
      `query A { whoami { state } } query B { ${times(500, () => 'node{id}')} }`,
    ],
    [
      'many operations that use one fragment',
      'maxCost',
      `${times(200, (i) => `query A${i} { ...F }`)}
       fragment F on Query { node { next { next { next { next { next { next { next { next { id } } } } } } } } } }`,
    ],
    [
      'a hundred spreads of one fragment',
      'maxCost',
      `{ node { ${times(100, () => '...F')} } } fragment F on Node { id }`,
    ],
    ['directives', 'maxCost', `{ node { id ${times(2_100, () => '@a')} } }`],
  ])('%s', async (_what, limit, query) => {
    const answer = await server.ask(query, { operationName: /query (A0?) /.exec(query)?.[1] })
    expect(answer).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    expect(answer.body).not.toHaveProperty('data')
    expect(answer.errors).toHaveLength(1)
    expect(answer.errors[0]?.extensions).toMatchObject({ action: 'none', limit, max: expect.any(Number) })
    expect(answer.errors[0]?.message).toContain(`(${limit}: `)
  })

  test('too many fields at the root: none of them runs, whichever way it comes in', async () => {
    const query = `{ touch ...F ${times(40, (i) => `... { x${i}: touch(at: ${i}) }`)} } fragment F on Query { node { id } }`
    expect(await server.ask(query)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    const streamed = await server.ask(query, { headers: { accept: 'application/json, text/event-stream' } })
    expect(streamed).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    const got = await fetch(`${server.url}?query=${encodeURIComponent(query)}`)
    expect(got.status).toBe(400)
    const fetched = await server.sallyport.fetch(
      new Request('http://sallyport.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    )
    expect(fetched.status).toBe(400)
    expect(touched).toBe(0)
  })

  test('a subscription too: no stream of it begins', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { ${nested(25).slice(1)}` }),
    })
    expect(await response.text()).toContain('maxDepth')
  })

  test.each<[string, string]>([
    ['as many levels as there may be', nested(20)],
    ['as many aliases', `{ node { ${times(30, (i) => `a${i}: id`)} } }`],
    [
      'a few dozen fragments that ask for the same',
      `{ node { ${times(30, (i) => `...F${i}`)} } }
       ${times(30, (i) => `fragment F${i} on Node { id __typename }`)}`,
    ],
    [
      'names of the schema under aliases',
      `{ a: __schema { b: types { ${times(20, (i) => `c${i}: name`)} } } }`,
    ],
    ['many different operations', times(100, (i) => `query A${i} { node { id } }`)],
    [
      'the introspection of tools',
      getIntrospectionQuery({
        inputValueDeprecation: true,
        specifiedByUrl: true,
        oneOf: true,
        schemaDescription: true,
        directiveIsRepeatable: true,
      }),
    ],
  ])('%s is let in, again and again', async (_what, query) => {
    for (let round = 0; round < 3; round++) {
      const operationName = query.startsWith('query A0') ? 'A0' : undefined
      expect((await server.ask(query, { operationName })).status).toBe(200)
    }
  })

  test('what is not GraphQL for this schema is still told so', async () => {
    expect(await server.ask('{ node { ...Unknown } }')).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' })
  })

  test.each([
    ['in one place', '{ node { ...F } } fragment F on Node { id ...F }'],
    ['below a field', '{ node { ...F } } fragment F on Node { next { ...F } }'],
    [
      'by way of another',
      '{ node { ...F } } fragment F on Node { next { ...G } } fragment G on Node { other { ...F } }',
    ],
    [
      'with many aliases',
      '{ node { ...F } } fragment F on Node { a: next { ...F } b: next { ...F } c: other { ...F } }',
    ],
    ['and nothing uses it', '{ whoami { state } } fragment F on Node { next { ...F } }'],
    [
      'after a long chain, with every way back',
      `{ node { ...F0 } } ${times(300, (i) => `fragment F${i} on Node { next { ...F${(i + 1) % 300} } other { ...F0 } }`)}`,
    ],
  ])(
    'G28 a fragment that spreads itself, %s, is a validation error that says so, again and again',
    async (_what, query) => {
      for (let round = 0; round < 2; round++) {
        const answer = await server.ask(query)
        expect(answer).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
        expect(answer.errors[0]?.message).toContain('within itself')
        expect(answer.body).not.toHaveProperty('data')
        expect(answer.errors).toHaveLength(1)
      }
    },
  )

  test('a fragment that spreads itself opens no way around the limits', async () => {
    const query = `{ ${times(1240, () => 'node{id}')} } fragment F on Node { next { ...F } }`
    const answer = await server.ask(query)
    expect(answer).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
    expect(answer.errors).toHaveLength(1)
    expect(answer.errors[0]?.message).toContain('within itself')
  })
})

test('maxDepth, maxAliases, maxRootFields and maxCost are as a host sets them', async () => {
  const strict = await startServer({
    typeDefs,
    resolvers,
    maxDepth: 3,
    maxAliases: 1,
    maxRootFields: 2,
    maxCost: 7,
  })
  const cases: [string, string | undefined][] = [
    ['{ node { next { id } } }', undefined],
    ['{ node { next { next { id } } } }', 'maxDepth'],
    ['{ a: whoami { state } }', undefined],
    ['{ a: whoami { b: state } }', 'maxAliases'],
    ['{ node { id } whoami { state } }', undefined],
    ['{ node { id } whoami { state } __typename }', 'maxRootFields'],
    ['{ node { id id id } }', undefined],
    ['{ node { id id id id } }', 'maxCost'],
  ]
  for (const [query, limit] of cases) {
    expect((await strict.ask(query)).errors[0]?.extensions.limit, query).toBe(limit)
  }
  const lenient = await startServer({
    typeDefs,
    resolvers,
    maxDepth: 100,
    maxAliases: 100,
    maxRootFields: 100,
  })
  expect((await lenient.ask(nested(90))).status).toBe(200)
  expect((await lenient.ask(`{ ${times(90, (i) => `a${i}: touch`)} }`)).status).toBe(200)
})
