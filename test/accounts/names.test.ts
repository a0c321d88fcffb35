import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDevice } from '../../src/accounts/credentials.js'
import {
  readEmail,
  readNamePrefix,
  readUsername,
  requireEmail,
  requireUsername,
} from '../../src/accounts/names.js'
import { readRoles } from '../../src/accounts/roles.js'
import { isSubject } from '../../src/base/text.js'

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
    ['F12 marks alone', '\u0301\u0301\u0301'],
    ['F12 dots alone', '...'],
    ['F12 lines alone', '_-_'],
    ['F12 a mark at the beginning', '\u0301ada'],
    ['F12 a tower of marks', `a${'\u0301'.repeat(20)}b`],
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

describe('F12: characters that are not seen', () => {
  const unseen = [
    ...[
      '\u034f',
      '\u115f',
      '\u3164',
      '\uffa0',
      '\ufe0f',
      '\u{e0100}',
      '\u180b',
      '\u17b4',
      '\u200b',
      '\u200d',
    ],
    ...[
      '\u00ad',
      '\u2060',
      '\u202e',
      '\u{e0061}',
      '\u2800',
      '\u{1d159}',
      '\u2065',
      '\ufff0',
      '\ud800',
      '\udfff',
    ],
  ]
  test.each(unseen)('%j is in no name, label, role, search or id', (char) => {
    expect(readUsername(`ada${char}b`)).toBeNull()
    expect(readEmail(`ada${char}b@example.com`)).toBeNull()
    expect(readEmail(`ada@exam${char}ple.com`)).toBeNull()
    const refused = (field: string) => expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field } })
    expect(() => readDevice(`my${char}phone`)).toThrow(refused('device'))
    expect(() => readRoles([`edi${char}tor`])).toThrow(refused('roles'))
    expect(() => readNamePrefix(`a${char}b`)).toThrow(refused('search'))
    expect(isSubject(`4${char}2`)).toBe(false)
  })

  test('an address in full width is the same address', () => {
    expect(readEmail('\uff46\uff55\uff4c\uff4c@example.com')?.key).toBe('full@example.com')
    expect(readNamePrefix('\uff46\uff55').emailPrefix).toBe('fu')
  })

  test.each(['auth0|5f7c8ec7c33c6c004bbafe82', 'CN=Ada Lovelace,O=Sallyport', '42', 'é'.repeat(255)])(
    'an id from elsewhere may be %j',
    (id) => expect(isSubject(id)).toBe(true),
  )

  test.each(['', ' ', ' 42', '42\n', 'x'.repeat(256), 'x'.repeat(1_000_000)])('and may not be %#', (id) =>
    expect(isSubject(id)).toBe(false),
  )
})
