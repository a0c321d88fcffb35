import { describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, DOORS } from './support/run.js'

const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }
const USER: Viewer = { kind: 'active', roles: ['user'] }

/** Each implementor guards the same argument by a rule of its own; which of them comes first must not matter. */
function makeFinders(rules: readonly string[]) {
  const types = rules.map(
    (rule, index) =>
      `type T${index} implements Finder { find(secret: String ${rule}, by: Filter ${rule}): String }`,
  )
  return makeHost([
    'type Query { any: Finder all: [Finder] } input Filter { owner: String @auth(roles: ["admin"]) }',
    'interface Finder { find(secret: String, by: Filter): String }',
    ...types,
  ])
}

const ORDERS = [
  ['the laxer first', ['@auth', '@auth(roles: ["admin"])']],
  ['the stricter first', ['@auth(roles: ["admin"])', '@auth']],
  ['one without a rule first', ['', '', '@auth(roles: ["admin"])']],
  ['one without a rule last', ['@auth', '@auth(roles: ["admin"])', '']],
] as const

const QUERIES = [
  '{ any { find(secret: "x") } }',
  '{ all { find(secret: null) } }',
  '{ any { ...F } } fragment F on Finder { find(secret: "x") }',
  'query ($x: String = "x") { any { find(secret: $x) } }',
  'query ($by: Filter = { owner: "x" }) { any { find(by: $by) } }',
  '{ all { find(by: { owner: "x" }) } }',
  '{ any { find(by: {}) } }',
]

const CASES = DOORS.flatMap(([name, door]) =>
  ORDERS.map(([order, rules]) => [`${name}, ${order}`, door, rules] as const),
)

describe.each(CASES)('an argument has the rules of every implementor %s', (_name, door, rules) => {
  const run = door(makeFinders(rules))

  test.each(QUERIES)('%s', async (query) => {
    for (const [viewer, code] of [
      [USER, 'FORBIDDEN'],
      [ANYBODY, 'UNAUTHENTICATED'],
    ] as const) {
      const answer = await run({ query, viewer })
      expect(new Set(codesOf(answer))).toEqual(new Set([code]))
      expect(answer.ran).toEqual([])
    }
    expect((await run({ query, viewer: ADMIN })).errors).toEqual([])
  })

  test('where it is not given, none counts', async () => {
    expect((await run({ query: '{ any { find } all { find } }' })).errors).toEqual([])
  })
})
