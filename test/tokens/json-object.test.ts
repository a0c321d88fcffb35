import { expect, test } from 'vitest'
import { readJsonObject } from '../../src/tokens/json-object.js'

const cycle: { self?: unknown } = {}
cycle.self = cycle
const deep = Array.from({ length: 5_000 }).reduce<object>((inner) => ({ inner }), {})

test.each<[unknown, string]>([
  [{ permissions: ['a', 'b', () => 'c'] }, 'claims.permissions[2] is a function'],
  [{ tenant: undefined }, 'claims.tenant is undefined'],
  [{ a: [{ b: Number.NaN }] }, 'claims.a[0].b is NaN'],
  [{ a: Number.POSITIVE_INFINITY }, 'claims.a is Infinity'],
  [{ a: 1n }, 'claims.a is a BigInt'],
  [{ a: Symbol('a') }, 'claims.a is a symbol'],
  [{ [Symbol('a')]: 1 }, 'claims has a symbol as a name'],
  [{ 'https://example.com/a': new Map() }, 'claims["https://example.com/a"] is a Map'],
  [{ a: new Set() }, 'claims.a is a Set'],
  [{ a: Promise.resolve() }, 'claims.a is a Promise'],
  [{ a: new Error('x') }, 'claims.a is an Error'],
  [{ a: /x/ }, 'claims.a is a RegExp'],
  [{ a: new Uint8Array(1) }, 'claims.a is a Uint8Array'],
  [{ a: new Date(Number.NaN) }, 'claims.a is an invalid Date'],
  [{ a: { toJSON: () => undefined } }, 'claims.a is undefined'],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
  [{ a: [1, , 3] }, 'claims.a[1] is undefined'],
  [cycle, 'claims.self contains itself'],
  [{ a: [cycle] }, 'claims.a[0].self contains itself'],
  [['a'], 'claims must be an object, not a list'],
  ['text', 'claims must be an object, not a string'],
  [new Map([['a', 1]]), 'claims is a Map'],
])('F17: %o is named: %s', (value, message) => {
  expect(() => readJsonObject('claims', value)).toThrow(new TypeError(message))
})

test('F17: what is nested too deep is named', () => {
  expect(() => readJsonObject('claims', deep)).toThrow(/^claims(\.inner)+ is nested too deep$/)
})

test('F17: what JSON keeps is kept, as JSON has it', () => {
  const one = { id: 1 }
  const value = {
    text: 'a',
    none: null,
    list: [1, -0.5, true, [], {}],
    twice: [one, one],
    time: new Date(0),
    bare: Object.assign(Object.create(null), { a: 1 }),
    own: { toJSON: () => ({ b: [2] }) },
    instance: new (class Tenant {
      readonly name = 'acme'
    })(),
  }
  expect(JSON.stringify(readJsonObject('claims', value))).toBe(JSON.stringify(value))
})
