import { describe, expect, test } from 'vitest'
import { OPTION_TABLE, type OptionName, type OptionSpec } from '../../src/base/option-table.js'

const specOf = (name: OptionName): OptionSpec<unknown> => OPTION_TABLE[name]
const read = (name: OptionName, value: unknown) => specOf(name).kind.read(value)
const readText = (name: OptionName, text: string) => read(name, specOf(name).kind.fromText(text))

describe('a value of a program is read', () => {
  test.each<[OptionName, unknown, unknown]>([
    ['accessTokenExpires', 900, 900],
    ['accessTokenExpires', '15m', 900],
    ['accessTokenExpires', false, null],
    ['leeway', 0, 0],
    ['leeway', '1.5h', 5400],
    ['leeway', ' 90 s ', 90],
    ['port', 0, 0],
    ['port', 65_535, 65_535],
    ['encodeNbf', false, false],
    ['identityClaim', 'user_id', 'user_id'],
    ['headerName', 'X-Auth', 'X-Auth'],
    ['headerType', '', ''],
    ['endpoint', '/', '/'],
    ['issuer', 'https://a.example', ['https://a.example']],
    ['issuer', ['a', 'b'], ['a', 'b']],
    ['issuer', [], []],
    ['algorithm', 'ES512', 'ES512'],
    ['decodeAlgorithms', ['HS256', 'HS512'], ['HS256', 'HS512']],
    ['decodeAlgorithms', 'HS256', ['HS256']],
    ['blocklistChecks', 'refresh', 'refresh'],
    ['production', true, true],
    ['slidingThreshold', 0, 0],
    ['slidingThreshold', 0.99, 0.99],
  ])('%s: %j', (name, value, expected) => {
    expect(read(name, value)).toEqual({ value: expected })
  })
})

describe('the text of a variable is read', () => {
  test.each<[OptionName, string, unknown]>([
    ['accessTokenExpires', '15m', 900],
    ['accessTokenExpires', '900', 900],
    ['accessTokenExpires', 'false', null],
    ['accessTokenExpires', 'False', null],
    ['refreshTokenExpires', '30d', 2_592_000],
    ['refreshTokenExpires', '2w', 1_209_600],
    ['port', ' 8080 ', 8080],
    ['encodeNbf', 'FALSE', false],
    ['encodeNbf', '0', false],
    ['encodeNbf', 'no', false],
    ['encodeNbf', 'on', true],
    ['issuer', 'https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    ['decodeAlgorithms', 'RS256,PS256', ['RS256', 'PS256']],
    ['headerType', '', ''],
    ['production', 'production', true],
    ['production', 'test', false],
    ['slidingThreshold', ' 0.25 ', 0.25],
    ['slidingThreshold', '.5', 0.5],
    ['slidingThreshold', '0', 0],
  ])('%s: %j', (name, text, expected) => {
    expect(readText(name, text)).toEqual({ value: expected })
  })
})

describe('what it cannot be is a problem', () => {
  test.each<[OptionName, unknown]>([
    ['leeway', false],
    ['leeway', -1],
    ['leeway', Number.NaN],
    ['leeway', Number.POSITIVE_INFINITY],
    ['leeway', 101 * 365 * 86_400],
    ['leeway', '15 minutes'],
    ['leeway', '15M'],
    ['leeway', '-5m'],
    ['leeway', '1e3'],
    ['leeway', 'm'],
    ['leeway', ''],
    ['accessTokenExpires', 0],
    ['accessTokenExpires', '0.5s'],
    ['accessTokenExpires', true],
    ['accessTokenExpires', null],
    ['slidingThreshold', 1],
    ['slidingThreshold', -0.1],
    ['slidingThreshold', Number.NaN],
    ['slidingThreshold', '0.5'],
    ['port', -1],
    ['port', 65_536],
    ['port', 80.5],
    ['port', '4000'],
    ['encodeNbf', 'true'],
    ['encodeNbf', 1],
    ['identityClaim', ' '],
    ['identityClaim', 5],
    ['headerName', 'X Auth'],
    ['headerName', 'X-Auth\r\nX-Other'],
    ['headerName', ''],
    ['headerType', 'Bearer x'],
    ['endpoint', 'graphql'],
    ['endpoint', '/graphql?query'],
    ['endpoint', '/a b'],
    ['issuer', ['a', '']],
    ['issuer', ['a', 5]],
    ['issuer', ''],
    ['algorithm', 'none'],
    ['algorithm', 'hs256'],
    ['decodeAlgorithms', ['HS256', 'none']],
    ['blocklistChecks', 'access'],
    ['production', 'production'],
  ])('%s: %j', (name, value) => {
    expect(read(name, value)).toEqual({ problem: expect.stringMatching(/^(?:needs|must be) [^\n]*$/) })
  })

  test.each<[OptionName, string]>([
    ['port', '0x10'],
    ['port', '1e3'],
    ['port', '80.5'],
    ['encodeNbf', 'maybe'],
    ['issuer', 'a,,b'],
    ['accessTokenExpires', 'never'],
    ['accessTokenExpires', 'true'],
  ])('%s, as a variable: %j', (name, text) => {
    expect(readText(name, text)).toHaveProperty('problem')
  })

  const judged = (Object.keys(OPTION_TABLE) as OptionName[]).filter(
    (name) => !['secret', 'privateKey', 'publicKey', 'jwksUrl'].includes(name),
  )
  test.each(judged)('%s: whatever else a program may pass', (name) => {
    for (const value of [{}, Object.create(null), Symbol('s'), () => 1, null, 10n, [[]], new Date(0)]) {
      expect(read(name, value)).toEqual({ problem: expect.stringMatching(/^needs [^\n]{1,250}$/) })
    }
  })

  test('a long value is not repeated whole', () => {
    const result = read('identityClaim', ' '.repeat(10_000))
    expect('problem' in result && result.problem.length).toBeLessThan(120)
  })
})

test('every default is a value that the option may have', () => {
  for (const [name, spec] of Object.entries<OptionSpec<unknown>>(OPTION_TABLE)) {
    if (spec.default !== undefined) {
      expect({ name, ...spec.kind.read(spec.default) }).toEqual({ name, value: spec.default })
    }
  }
})
