import { execute, GraphQLError, parse, Source, validate } from 'graphql'
import { expect, test, vi } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { toGraphQLError } from '../../src/base/graphql-error.js'
import { executionOf } from '../../src/guard/adapter.js'
import { concealErrors, concealNamesOf } from '../../src/guard/conceal-names.js'
import { guardSchema } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, viaYoga } from './support/run.js'

const FIELDS = Array.from({ length: 300 }, (_, index) => `f${index}`)
const host = makeHost(
  `type Query { me: Me } type Me { ${FIELDS.map((name) => `${name}: Int @auth`).join(' ')} }`,
)

test('H4: a document with two fragments of one name cannot be judged', () => {
  const document = parse('{ ...F } fragment F on Query { me { f0 } } fragment F on Query { __typename }')
  expect(executionOf({ schema: host.schema, document })).toBe('ambiguous')
})

test('H5: a refusal names ten coordinates, each with its line and column', async () => {
  const query = `{ me {\n${FIELDS.map((name) => ` ${name}`).join('\n')} } }`
  const answer = await viaYoga(host)({ query })
  expect(new Set(codesOf(answer))).toEqual(new Set(['UNAUTHENTICATED']))
  expect(answer.errors).toHaveLength(10)
  expect(answer.errors.map((error) => Reflect.get(error, 'locations'))).toEqual(
    Array.from({ length: 10 }, (_, index) => [{ line: index + 2, column: 2 }]),
  )
})

/** How often the text is searched for its line breaks. */
function countSearches(source: Source): () => number {
  const { body } = source
  const matchAll = vi.fn((pattern: RegExp) => body.matchAll(pattern))
  Object.defineProperty(source, 'body', { value: Object.assign(Object(body), { matchAll }) })
  return () => matchAll.mock.calls.length
}

test('H5: an error of ours has the places that GraphQLError finds, and does not search the text for them', () => {
  const source = new Source('{\n  me\n  { f0 } }')
  const [operation] = parse(source).definitions
  const nodes = operation === undefined ? [] : [operation]
  const { locations, positions } = new GraphQLError('', { nodes })
  const searches = countSearches(source)
  const error = toGraphQLError(new AuthError('FORBIDDEN'), { nodes })
  expect(searches()).toBe(0)
  expect(error).toMatchObject({ locations, positions, nodes })
  expect(error.toJSON()).toMatchObject({ locations })
})

const wide = makeHost([
  `type Query { me: Me ${FIELDS.map((name) => `${name}: Int @auth`).join(' ')} }`,
  `type Me { ${FIELDS.map((name) => `${name}: Int @auth(onDeny: NULL)`).join(' ')} }`,
])

test.each([
  ['each field that is null', `{ me { ${FIELDS.join(' ')} } }`],
  ['each root field of a refused operation', `{ ${FIELDS.join(' ')} }`],
])('H5: an executor finds the place of %s without a search of the text', async (_what, query) => {
  const source = new Source(query.replace(' f0', '\n f0'))
  const document = parse(source)
  const searches = countSearches(source)
  const schema = guardSchema(wide.schema, { unmarked: 'public', viewer: () => ANYBODY })
  const { errors } = await execute({ schema, document })
  expect(errors).toHaveLength(FIELDS.length)
  expect(searches()).toBe(0)
  expect(errors?.[0]).toMatchObject({
    locations: [{ line: 2, column: 2 }],
    path: expect.arrayContaining(['f0']),
  })
})

test.each([
  ['each field that is null', '{ me {', '} }', FIELDS.length],
  ['each coordinate of a refusal', '{', '}', 10],
])('H5: Yoga does not search a long text again for %s', async (_what, head, tail, count) => {
  const run = viaYoga(wide)
  const placesOf = async (breaks: number) => {
    const { errors } = await run({ query: `${head} ${'\n'.repeat(breaks)} ${FIELDS.join(' ')} ${tail}` })
    expect(errors).toHaveLength(count)
    return Reflect.get(errors[0] ?? {}, 'locations')
  }
  expect(await placesOf(1)).toEqual([{ line: 2, column: 2 }])
  expect(await placesOf(1000)).toBeUndefined()
})

test('H11: messages about one document walk it once, and search its text no more', () => {
  const source = new Source(`{ me { ${FIELDS.map((name) => `${name} { f0 }`).join(' ')} } }`)
  const document = parse(source)
  const errors = validate(host.schema, document)
  let walks = 0
  const watched = new Proxy(document, {
    get(target, key) {
      if (key === 'definitions') walks++
      return Reflect.get(target, key)
    },
  })
  const searches = countSearches(source)
  const concealed = concealErrors(errors, watched, concealNamesOf(host.schema))
  expect(concealed).toHaveLength(errors.length)
  expect(errors.length).toBeGreaterThan(50)
  expect({ walks, searches: searches() }).toEqual({ walks: 1, searches: 0 })
})
