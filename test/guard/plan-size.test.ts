import { type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { compilePlan } from '../../src/guard/compile.js'
import { guardSchema, type Viewer } from '../../src/guard/index.js'
import { Judge } from '../../src/guard/judge.js'
import { fragmentsOf } from '../../src/guard/operation.js'
import { resolveGuardOptions } from '../../src/guard/options.js'
import type { Block } from '../../src/guard/plan.js'
import { TypeAtlas } from '../../src/guard/possible-types.js'
import { readRequirements } from '../../src/guard/requirements.js'
import { makeHost } from './support/host.js'
import { codesOf, DOORS } from './support/run.js'

function rangeOf<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

const OPTIONS = { unmarked: 'public' } as const
const IMPLEMENTORS = rangeOf(
  64,
  (index) => `type T${index} implements Node { id: ID s: String @auth(roles: ["r${index}"]) open: String }`,
)
const typeDefs = `interface Node { id: ID s: String open: String } type Query { node: Node } ${IMPLEMENTORS.join('\n')}`
const NARROWED = `{ node { ${rangeOf(64, (index) => `... on T${index} { ...F }`).join(' ')} } }`

function planOf(schema: GraphQLSchema, document: DocumentNode) {
  const requirements = readRequirements(schema, resolveGuardOptions(OPTIONS))
  let looks = 0
  const counting = {
    ...requirements,
    ofField(parent: string, field: string) {
      looks++
      return requirements.ofField(parent, field)
    },
  }
  const plan = compilePlan({
    schema,
    requirements: counting,
    atlas: new TypeAtlas(schema, counting),
    operation: operationIn(document),
    findFragment: fragmentsOf(document),
  })
  return { clauses: countClauses(plan.block), looks }
}

function operationIn({ definitions }: DocumentNode) {
  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) throw new Error('the document has no operation')
  return operation
}

function countClauses(start: Block): number {
  const blocks = new Set([start])
  let count = 0
  for (const { clauses, fragments } of blocks) {
    count += clauses.length
    for (const { block } of fragments) blocks.add(block)
  }
  return count
}

describe('H3: one fragment over 64 implementors', () => {
  const { schema } = makeHost(typeDefs)

  test('has a clause for each implementor, however often the field is selected', () => {
    const document = parse(`${NARROWED} fragment F on Node { ${rangeOf(8000, (i) => `a${i}: s`).join(' ')} }`)
    expect(planOf(schema, document).clauses).toBeLessThan(200)
  })

  test('is refused as too complex where each selection has rules of all of them under conditions of its own', () => {
    const fields = rangeOf(2000, (i) => `a${i}: s @include(if: $x)`).join(' ')
    const document = parse(`query ($x: Boolean!) ${NARROWED} fragment F on Node { ${fields} }`)
    expect(() => planOf(schema, document)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  test.each(DOORS)('%s tells the client that the document is too complex', async (_name, door) => {
    const fields = rangeOf(2000, (i) => `a${i}: s @include(if: $x)`).join(' ')
    const query = `query ($x: Boolean!) ${NARROWED} fragment F on Node { ${fields} }`
    const { errors, ran } = await door(makeHost(typeDefs))({ query, variables: { x: true } })
    expect(errors[0]?.extensions.code).toBe('INVALID_REQUEST')
    expect(errors[0]?.message).toContain('combines more types, fragments and conditions')
    expect(ran).toEqual([])
  })

  test.each(DOORS)('%s judges those that are no longer told apart for all of them', async (_name, door) => {
    const filler = rangeOf(2000, (i) => `a${i}: open`).join(' ')
    const run = door(makeHost(typeDefs))
    const guarded = await run({ query: `${NARROWED} fragment F on Node { ${filler} s }` })
    expect(new Set(codesOf(guarded))).toEqual(new Set(['UNAUTHENTICATED']))
    expect(guarded.ran).toEqual([])
    const open = await run({ query: `${NARROWED} fragment F on Node { ${filler} }` })
    expect(open.errors).toEqual([])
  })
})

test('H3: a lattice of 2,000 types and 12 interfaces is followed a bounded number of times', () => {
  const interfaces = rangeOf(12, (index) => `interface I${index} { next: I0 x: String }`)
  const objects = rangeOf(2000, (bits) => {
    const implemented = rangeOf(12, (i) => i).filter((i) => i === 0 || (bits >> (i - 1)) % 2 === 1)
    return `type T${bits} implements ${implemented.map((i) => `I${i}`).join(' & ')} { next: I0 x: String ${bits === 1999 ? '@auth' : ''} }`
  })
  const { schema } = makeHost(['type Query { start: I0 }', ...interfaces, ...objects])
  const narrow = (bits: number) =>
    rangeOf(12, (i) => i)
      .filter((i) => (bits >> i) % 2 === 1)
      .reduce((inner, i) => `... on I${i} { ${inner} }`, 'x next { x }')
  const document = parse(`{ start { ${rangeOf(600, (i) => narrow(i * 6 + 1)).join(' ')} } }`)
  const { looks } = planOf(schema, document)
  expect(looks).toBeLessThan(600_000)
})

test('H3: a stream that goes on looks at its document only when a rule holds that did not, or no longer', () => {
  const schema = guardSchema(
    makeHost('type Query { a: Int @auth(roles: ["r"], onDeny: NULL) b: Int @auth }').schema,
    OPTIONS,
  )
  let viewer: Viewer = { kind: 'active', claims: { sub: '1' } }
  const config = resolveGuardOptions({ ...OPTIONS, viewer: () => viewer })
  const judge = new Judge(schema, readRequirements(schema, config), config)
  const document = parse('{ a b }')
  let looks = 0
  const variables = () => {
    looks++
    return {}
  }
  const rejudge = judge.rejudger({
    operation: operationIn(document),
    findFragment: fragmentsOf(document),
    context: {},
    variables,
  })
  for (const _ of rangeOf(50, () => null)) expect(rejudge().kind).toBe('allowed')
  expect(looks).toBe(1)
  viewer = { kind: 'anonymous' }
  expect(rejudge()).toMatchObject({ kind: 'refused', refusal: { code: 'UNAUTHENTICATED' } })
  viewer = { kind: 'active', claims: { sub: '1' } }
  expect(rejudge().kind).toBe('allowed')
})
