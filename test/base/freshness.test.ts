import { expect, test } from 'vitest'
import { isFresh } from '../../src/base/freshness.js'

const NOW = 1_000_000
const time = { nowSeconds: NOW, freshForSeconds: 900, leewaySeconds: 10 }

test.each<[string, unknown, unknown, number | null, boolean]>([
  ['a token that says so', true, undefined, null, true],
  ['a token that says it is not, however lately the password was given', false, NOW, null, false],
  ['P13 a time that is not past', NOW, undefined, null, true],
  ['P13 a time that is past', NOW - 1, undefined, null, false],
  ['no time at all', Number.NaN, NOW, null, false],
  ['an endless time', Number.POSITIVE_INFINITY, NOW, null, false],
  ['a text', 'true', NOW, null, false],
  ['null, which is no absence', null, NOW, null, false],
  ['without the claim, within freshFor', undefined, NOW - 900, null, true],
  ['without the claim, after it', undefined, NOW - 901, null, false],
  ['without either claim', undefined, undefined, null, false],
  ['maxAge, just within', true, NOW - 60, 60, true],
  ['maxAge, just not', true, NOW - 61, 60, false],
  ['maxAge goes by auth_time alone', false, NOW, 60, true],
  ['maxAge of nobody knows when', true, undefined, 60, false],
  ['a clock that is ahead by no more than the leeway', true, NOW + 10, 60, true],
  ['a clock that is further ahead', true, NOW + 11, 60, false],
  ['a time as a text', true, String(NOW), 60, false],
])('%s', (_what, fresh, authTime, maxAgeSeconds, expected) => {
  expect(isFresh({ fresh, authTime }, maxAgeSeconds, time)).toBe(expected)
})
