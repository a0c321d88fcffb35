import { describe, expect, test } from 'vitest'
import { readCredentials, readDevice } from '../../src/accounts/credentials.js'

const badInput = expect.objectContaining({ code: 'BAD_USER_INPUT' })

describe('credentials', () => {
  test.each([
    [{ username: 'ada' }, { username: 'ada', email: null }],
    [{ email: 'ada@example.com' }, { username: null, email: 'ada@example.com' }],
    [
      { username: 'ada', email: null },
      { username: 'ada', email: null },
    ],
  ])('have one name: %j', (input, names) => {
    expect(readCredentials({ ...input, password: ' p ' })).toEqual({
      ...names,
      password: ' p ',
      device: null,
    })
  })

  test.each([{}, { username: null, email: null }, { username: 'ada', email: 'ada@example.com' }])(
    'have neither none nor two: %j',
    (input) => {
      expect(() => readCredentials({ ...input, password: 'p' })).toThrow(badInput)
    },
  )
})

describe("a device's label", () => {
  test.each([
    ["Ada's phone", "Ada's phone"],
    ['  Büro 💻 ', 'Büro 💻'],
    ['', null],
    ['   ', null],
    [null, null],
    [undefined, null],
    ['x'.repeat(200), 'x'.repeat(200)],
  ])('%j is %j', (text, label) => {
    expect(readDevice(text)).toBe(label)
  })

  test.each(['x'.repeat(201), 'a\nb', 'a\u0000b', 'a\u001b[31m', 'a\u202eb', 'a\ud800'])(
    '%j is none',
    (text) => {
      expect(() => readDevice(text)).toThrow(badInput)
    },
  )
})
