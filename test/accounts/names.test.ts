import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEmail, readUsername, requireEmail, requireUsername } from '../../src/accounts/names.js'

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
const letters = fc.string({
  unit: fc.constantFrom(...'aZ09._-éßẞıİKſςσΣÅÅﬁ①ｆǅŉ'),
  minLength: 3,
  maxLength: 20,
})

describe('a user name', () => {
  test.each([
    ['ada', 'ada'],
    ['  Ada.Lovelace_1-2 ', 'ada.lovelace_1-2'],
    ['ＡＤＡ', 'ada'],
    ['Zoë', 'zoë'],
    ['Zoe\u0308', 'zoë'],
    ['陳大文', '陳大文'],
    ['a'.repeat(64), 'a'.repeat(64)],
  ])('%j is the name %j', (text, key) => {
    expect(readUsername(text)?.key).toBe(key)
  })

  test.each([
    ['too short', 'ab'],
    ['too long', 'a'.repeat(65)],
    ['empty', ''],
    ['a blank inside', 'ada lovelace'],
    ['an address', 'ada@example.com'],
    ['a control character', 'ada\u0000'],
    ['half a character', 'ada\ud800'],
    ['a character without width', 'ad\u200ba'],
    ['a change of direction', 'ada\u202e'],
    ['a selector of forms, which nobody sees', 'ada\ufe0f'],
    ['a letter that nobody sees', 'ada\u3164'],
    ['a picture', 'ada😀'],
  ])('%s is none: %j', (_what, text) => {
    expect(readUsername(text)).toBeNull()
    expect(() => requireUsername(text)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'username' } }),
    )
  })

  test('in upper and lower case, and written as it is shown, is one name', () => {
    fc.assert(
      fc.property(fc.oneof(letters, anyText), (text) => {
        const name = readUsername(text)
        if (name === null) return
        for (const variant of [name.shown, name.key, text.toUpperCase(), text.toLowerCase(), ` ${text} `]) {
          const other = readUsername(variant)
          if (other !== null) expect(other.key).toBe(name.key)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an e-mail address', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    [' Ada@Example.COM ', 'ada@example.com'],
    ['ada+tag@example.com', 'ada+tag@example.com'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
  ])('%j is the address %j', (text, key) => {
    expect(readEmail(text)?.key).toBe(key)
  })

  test.each([
    ['no @', 'ada'],
    ['two of them', 'ada@home@example.com'],
    ['nobody', '@example.com'],
    ['nowhere', 'ada@'],
    ['a blank', 'ada @example.com'],
    ['a line break', 'ada@example.com\nbcc: eve@example.com'],
    ['NUL', 'ada\u0000@example.com'],
    ['no host', 'ada@exa mple'],
    ['a host that is none', 'ada@a..b/c'],
    ['too long before the @', `${'a'.repeat(65)}@example.com`],
    ['too long after it', `ada@${'a'.repeat(191)}`],
  ])('%s is none: %j', (_what, text) => {
    expect(readEmail(text)).toBeNull()
    expect(() => requireEmail(text)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'email' } }),
    )
  })

  test('in upper and lower case, and written as it is shown, is one address', () => {
    fc.assert(
      fc.property(fc.oneof(letters, anyText), fc.domain(), (local, domain) => {
        const name = readEmail(`${local}@${domain}`)
        if (name === null) return
        for (const variant of [name.shown, name.key, name.shown.toUpperCase(), name.shown.toLowerCase()]) {
          const other = readEmail(variant)
          if (other !== null) expect(other.key).toBe(name.key)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
