import fc from 'fast-check'
import { expect, test } from 'vitest'
import { showDuration } from '../../scripts/option-docs.js'
import { parseDuration } from '../../src/base/duration.js'

const MAX = 100 * 365 * 86_400
const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

test('a number and a unit are so many seconds, up to a hundred years', () => {
  const unit = fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[]))
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000 }), unit, fc.constantFrom('', ' '), (count, name, blank) => {
      const seconds = count * UNITS[name]
      expect(parseDuration(`${count}${blank}${name}`)).toBe(seconds > MAX ? null : seconds)
    }),
  )
})

test('a number is seconds, as a number and as a text', () => {
  fc.assert(
    fc.property(fc.nat({ max: MAX }), (seconds) => {
      expect(parseDuration(seconds)).toBe(seconds)
      expect(parseDuration(String(seconds))).toBe(seconds)
    }),
  )
})

test('whatever it is given, it answers seconds within its limits, or null', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[\d.]{0,30}[eE]?\d*\s*[smhdwMy]{0,2}$/))
  fc.assert(
    fc.property(fc.oneof(text, fc.double(), fc.anything()), (value) => {
      const seconds = parseDuration(value)
      if (seconds === null) return
      expect(seconds).toBeGreaterThanOrEqual(0)
      expect(seconds).toBeLessThanOrEqual(MAX)
    }),
  )
})

test('a duration as the reference shows it is read as what it was', () => {
  fc.assert(
    fc.property(fc.nat({ max: MAX }), (seconds) => {
      expect(parseDuration(showDuration(seconds))).toBe(seconds)
    }),
  )
  expect([30, 900, 5_400, 43_200, 2_592_000].map(showDuration)).toEqual(['30s', '15m', '90m', '12h', '30d'])
})
