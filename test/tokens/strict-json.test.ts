import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictObject } from '../../src/tokens/strict-json.js'

const parse = (text: string) => parseStrictObject(Buffer.from(text))

describe('G70 a member twice', () => {
  // Names that collide often, and hold what could mislead a scanner.
  const name = fc.constantFrom('a', 'b', '"', '""', ':', '{', '}', 'a:', '__proto__', 'é', '')
  const spelled = fc
    .tuple(name, fc.boolean())
    .map(([text, escaped]) => (escaped ? escapeAll(text) : JSON.stringify(text)))
  const space = fc.constantFrom('', ' ', '\n\t', '\r')
  const { json } = fc.letrec<{ json: string; object: string; list: string }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('1', 'null', '"x:y"', '"\\\\"', '"\\":"'),
      tie('object'),
      tie('list'),
    ),
    list: fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    object: fc
      .array(fc.tuple(spelled, space, tie('json')), { maxLength: 3 })
      .map(
        (members) =>
          `{${members.map(([key, blank, value]) => `${blank}${key}${blank}:${blank}${value}`).join(',')}}`,
      ),
  }))

  test('is found at any depth, in any spelling, and never where there is none', () => {
    fc.assert(
      fc.property(json, (text) => {
        const whole = `{"whole":${text}}`
        const expected = hasTwice(whole) ? { kind: 'refused', reason: 'a member twice' } : { kind: 'object' }
        expect(parse(whole)).toMatchObject(expected)
      }),
      { numRuns: 2_000 },
    )
  })
})

// What Node 24 to 26 can make of another name that was written with an escape.
test.each(['{"\\\\":1}', '{"a":[{"b\\\\":1}]}', '{"\\u005c":1}'])(
  'a backslash in a name is refused: %s',
  (text) => {
    expect(parse(text)).toEqual({ kind: 'refused', reason: 'a name with a backslash' })
  },
)

test('a member __proto__ is left out at any depth, and counts as a name all the same', () => {
  const parsed = parse('{"__proto__":{"admin":true},"list":[{"__proto__":null,"a":1}]}')
  expect(parsed).toEqual({ kind: 'object', value: { list: [{ a: 1 }] } })
  expect(parsed.kind === 'object' && '__proto__' in parsed.value).toBe(false)
  expect(parse('{"__proto__":1,"__proto__":2}')).toMatchObject({ kind: 'refused' })
})

test('no name is inherited', () => {
  const parsed = parse('{"deep":{}}')
  if (parsed.kind === 'refused') throw new Error('it is an object')
  for (const name of ['toString', 'constructor', 'hasOwnProperty']) {
    expect(parsed.value[name]).toBeUndefined()
    expect(parsed.value.deep).not.toHaveProperty(name)
  }
})

/** By a reader of our own that keeps every member: what a second parser could see. */
function hasTwice(text: string): boolean {
  let at = 0
  let twice = false
  const skip = () => {
    while (/\s/.test(text[at] ?? '')) at++
  }
  const readText = (): string => {
    const start = at++
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    return JSON.parse(text.slice(start, ++at))
  }
  const readValue = (): void => {
    skip()
    if (text[at] === '"') readText()
    else if (text[at] === '{') readObject()
    else if (text[at] === '[') readList()
    else while (/[a-z0-9]/.test(text[at] ?? '')) at++
    skip()
  }
  const readObject = (): void => {
    const names = new Set<string>()
    for (at++, skip(); text[at] !== '}'; skip()) {
      if (text[at] === ',') at++
      skip()
      const name = readText()
      twice ||= names.has(name)
      names.add(name)
      skip()
      at++
      readValue()
    }
    at++
  }
  const readList = (): void => {
    for (at++, skip(); text[at] !== ']'; skip()) {
      if (text[at] === ',') at++
      readValue()
    }
    at++
  }
  readValue()
  return twice
}

function escapeAll(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) =>
    text.charCodeAt(at).toString(16).padStart(4, '0'),
  )
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}
