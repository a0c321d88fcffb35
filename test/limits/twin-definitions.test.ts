import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { countCredentialsIn } from '../../src/limits/count-credentials.js'
import { findExcess } from '../../src/limits/document-limits.js'
import { findFragmentCycle } from '../../src/limits/fragment-cycle.js'

const LIMITS = { maxDepth: 4, maxAliases: 5, maxRootFields: 6, maxCost: 400 }
const HEAVY = {
  maxCost: '__schema { x } '.repeat(100),
  maxDepth: 'a { a { a { a { a } } } }',
  maxAliases: 'a: x b: x c: x d: x e: x f: x',
  maxRootFields: 'a b c d e f g',
}
const LIGHT = 'fragment F on Query { x }'

describe.each(Object.entries(HEAVY))('H4: %s counts every fragment of one name', (limit, selections) => {
  const heavy = `fragment F on Query { ${selections} }`
  test.each([
    ['the first', `{ ...F } ${heavy} ${LIGHT}`],
    ['the last', `{ ...F } ${LIGHT} ${heavy}`],
    ['one between', `{ ...F } ${LIGHT} ${heavy} ${LIGHT}`],
    ['one that nothing spreads', `{ x } ${heavy} ${LIGHT}`],
    ['one of a second operation', `query A { x } query A { ...F } ${heavy} ${LIGHT}`],
  ])('%s', (_which, document) => {
    expect(findExcess(parse(document), LIMITS)?.limit).toBe(limit)
  })
})

test('H4: what is measured together has no limit of its own', () => {
  expect(findExcess(parse(`{ ...F } ${LIGHT} ${LIGHT}`), LIMITS)).toBeNull()
})

test('H4: a cycle through either fragment of one name is found', () => {
  const cycle = 'fragment F on Query { ...F }'
  expect(findFragmentCycle(parse(`{ ...F } ${cycle} ${LIGHT}`))).toBe('F')
  expect(findFragmentCycle(parse(`{ ...F } ${LIGHT} ${cycle}`))).toBe('F')
})

test('H4: the credentials of every fragment of one name are counted', () => {
  const document = parse('mutation { ...F } fragment F on M { a: login b: login } fragment F on M { x }')
  const [operation] = document.definitions
  if (operation?.kind !== 'OperationDefinition') throw new Error('not an operation')
  expect(countCredentialsIn(document, operation)).toBe(2)
})
