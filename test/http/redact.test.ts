import fc from 'fast-check'
import { buildSchema, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql'
import { getVariableValues } from 'graphql/execution/values.js'
import { describe, expect, test } from 'vitest'
import { withoutValues } from '../../src/http/redact.js'

const schema: GraphQLSchema = buildSchema(`
  enum Colour { RED }
  input Place { name: String! at: Int colour: Colour more: [Place!] ok: Boolean size: Float id: ID }
  type Query { find(place: Place, places: [Place], name: String, at: Int, colour: Colour): Int }
`)

/** What graphql-js says of variables. */
function ofVariables(definitions: string, values: Record<string, unknown>): string[] {
  const [operation] = parse(`query (${definitions}) { find }`).definitions
  if (operation?.kind !== 'OperationDefinition') throw new Error('no operation')
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], values)
  return errors.map(({ message }) => message)
}

/** What it says of a document. */
function ofDocument(text: string): string[] {
  try {
    return validate(schema, parse(text), specifiedRules).map(({ message }) => message)
  } catch (error) {
    return [(error as Error).message]
  }
}

describe('what graphql-js says of variables keeps path and reason', () => {
  test.each<[string, unknown, string]>([
    ['Place', { name: 'x', at: 'hunter2' }, 'at "v.at": Int cannot represent non-integer value.'],
    ['Place', { name: 7 }, 'at "v.name": String cannot represent a non string value.'],
    [
      '[Place]',
      [{ name: 'x', more: [{ name: 'y', ok: 'no' }] }],
      'at "v[0].more[0].ok": Boolean cannot represent a non boolean value.',
    ],
    ['Place', { at: 1 }, 'at "v": Field "name" of required type "String!" was not provided.'],
    ['Place', { name: 'x', pasword: 'hunter2' }, 'at "v": Field "pasword" is not defined by type "Place".'],
    ['Place', { name: null }, 'at "v.name": Expected non-nullable type "String!" not to be null.'],
    ['Place', 'hunter2', 'at "v": Expected type "Place" to be an object.'],
    ['Place', { name: 'x', colour: 'hunter2' }, 'at "v.colour".'],
    ['Place', { name: 'x', colour: 3 }, 'at "v.colour": Enum "Colour" cannot represent non-string value.'],
    ['Int', 'hunter2; Int cannot represent hunter2: x', 'at "v": Int cannot represent non-integer value.'],
    ['Int', '" at "hunter2"; ', 'at "v": Int cannot represent non-integer value.'],
    ['Int', '\\', 'at "v": Int cannot represent non-integer value.'],
    ['Int', { hunter2: '"; ', x: ['; '] }, 'at "v": Int cannot represent non-integer value.'],
  ])('%s given %j', (type, value, said) => {
    const [message = ''] = ofVariables(`$v: ${type}`, { v: value })
    expect(withoutValues(message)).toBe(`Variable "$v" has an invalid value ${said}`)
  })

  test.each([' cannot represent x', ' cannot represent x:', ' at "a', '" at "', '"\\"', '; ', 'Int '])(
    'also where the value is %j, many thousand times: it is read once',
    (part) => {
      const [message = ''] = ofVariables('$v: Int', { v: part.repeat(100_000) })
      expect(withoutValues(message)).toBe(
        'Variable "$v" has an invalid value at "v": Int cannot represent non-integer value.',
      )
    },
  )
})

describe('what it says of a document keeps its words', () => {
  test.each([
    ['{ find(name: 1) }', 'String cannot represent a non string value.'],
    ['{ find(at: "hunter2: cannot represent") }', 'Int cannot represent non-integer value.'],
    ['{ find(colour: "hunter2") }', 'Enum "Colour" cannot represent non-enum value.'],
    ['{ find(place: "hunter2") }', 'Expected value of type "Place", found "hunter2".'.replace(/,.*/, '.')],
    ['{ find "hunter2" }', 'Syntax Error: Expected Name, found String.'],
    ['query "hunter2"', 'Syntax Error: Expected "{", found String.'],
    ['{ find """hunter2""" }', 'Syntax Error: Expected Name, found BlockString.'],
    ['{ find 12 }', 'Syntax Error: Expected Name, found Int.'],
    ['query Q nothing', 'Syntax Error: Expected "{", found Name "nothing".'],
    ['{ find(', 'Syntax Error: Expected Name, found <EOF>.'],
    ['{ nothing }', 'Cannot query field "nothing" on type "Query".'],
  ])('%s', (text, said) => {
    expect(ofDocument(text).map(withoutValues)).toContain(said)
  })
})

describe('no value is shown', () => {
  const fragment = fc.constantFrom(
    '"',
    '\\',
    '; ',
    ': ',
    ' at "v.name"; ',
    ' cannot represent ',
    'Int cannot represent x: ',
    'Field "SECRET" is not defined by type "SECRET"',
    '", found ',
    '\n',
    '{',
    ']',
    '\u2028',
  )
  const text = fc.array(fragment, { maxLength: 8 }).map((parts) => ['', ...parts, ''].join('SECRET'))
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.constant(null), tie('list'), tie('object')),
    list: fc.array(tie('any'), { maxLength: 3 }),
    object: fc.dictionary(
      fc.constantFrom('name', 'at', 'colour', 'more', 'ok', 'size', 'id', 'other', 'a"b', '; ', '"\\'),
      tie('any'),
      { maxKeys: 4 },
    ),
  })).any
  const secret = (messages: string[]) => messages.filter((message) => /SECRET/.test(message))

  test('of variables, whatever they are', () => {
    const type = fc.constantFrom('Place', '[Place]', 'Int', 'Colour', 'String', 'Boolean', 'Float', 'ID')
    fc.assert(
      fc.property(type, value, (name, v) => {
        expect(secret(ofVariables(`$v: ${name}`, { v }).map(withoutValues))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  test('of strings in a document, wherever they stand', () => {
    const place = fc.constantFrom(
      (literal: string) => `{ find(at: ${literal}) }`,
      (literal: string) => `{ find(colour: ${literal}) }`,
      (literal: string) => `{ find(place: ${literal}) }`,
      (literal: string) => `{ find(place: { name: "x", at: [${literal}] }) }`,
      (literal: string) => `{ find ${literal} }`,
      (literal: string) => `query ${literal} { find }`,
      (literal: string) => `query ($v: Int = ${literal}) { find(at: $v) }`,
    )
    fc.assert(
      fc.property(place, text, (write, content) => {
        expect(secret(ofDocument(write(JSON.stringify(content))).map(withoutValues))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })
})
