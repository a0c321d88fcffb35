import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, test } from 'vitest'
import { isGuessable } from '../../src/accounts/password-strength.js'

const NAMES = ['ada.lovelace', 'ada.lovelace@example.com']

describe('F18: a password that is easy to guess', () => {
  test.each([
    ['a digit again and again', '00000000'],
    ['a block again and again', '123123123'],
    ['a sequence', 'abcdefgh'],
    ['a sequence downwards', '987654321'],
    ['a walk on the keyboard', '1qaz1qaz'],
    ['a common one twice', 'qwertyqwerty'],
    ['blanks', ' '.repeat(12)],
    ['a common one, decorated', 'Password1!'],
    ['a common one in other letters', 'P@55w0rd'],
    ['a year again', '19841984'],
    ['the user name', 'ada.lovelace'],
    ['the e-mail address', 'Ada.Lovelace@example.com'],
    ['a part of a name, decorated', 'Lovelace12'],
    ['a name backwards', 'ecalevol1'],
    ['1,024 bytes of one letter', 'x'.repeat(1_024)],
    ['a common one, 100 times', 'password'.repeat(100)],
  ])('%s is refused: %j', async (_what, password) => {
    expect(await isGuessable(password, NAMES)).toBe(true)
  })

  test.each([
    'correct horse battery',
    'correct horse battery staple',
    'open sesame',
    'my dog is brown',
    'blauerhimmel',
    'pässwörter',
    'tr0ub4dor&3',
    'x7Kq2mPz',
    'ada likes to sail',
    '正しい馬の電池',
    'ščřž',
    'another password',
    'another horse',
    'a third password',
    `${'a'.repeat(40)} and then something else`,
  ])('but not %j', async (password) => {
    expect(await isGuessable(password, NAMES)).toBe(false)
  })

  test('is each of the common ones of 8 bytes and more, in any case', async () => {
    const common = dictionary['passwords-common'].map(String).filter((one) => one.length >= 8)
    expect(common.length).toBeGreaterThan(10_000)
    const accepted: string[] = []
    for (let at = 0; at < common.length; at += 50) {
      const password = common[at] ?? ''
      for (const form of [password, password.toUpperCase()])
        if (!(await isGuessable(form, []))) accepted.push(form)
    }
    expect(accepted).toEqual([])
  })
})
