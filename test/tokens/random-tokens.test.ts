import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forge, hmac } from '../support/forge.js'
import { goodClaims } from '../support/hostile-row.js'
import { anAccessToken, createBench, createSetClock, verdictOf } from '../support/judge.js'

const NOW = 1_800_000_000_000
const secret = 'a-secret-for-the-verifier-of-32-bytes'
const HEADER = { alg: 'HS256' }

function sign(claims: object): string {
  return forge(HEADER, claims, hmac('sha256', secret))
}

describe('whatever is presented', () => {
  const clock = createSetClock(NOW)
  const { issuer, verifier } = createBench({ secret, clock })
  const raw = issuer().issue(anAccessToken(NOW))
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \0é'

  test('G70 no change of a single character of a good token is accepted', () => {
    for (let at = 0; at < raw.length; at++) {
      for (const char of alphabet) {
        if (char === raw[at]) continue
        const changed = raw.slice(0, at) + char + raw.slice(at + 1)
        expect(verdictOf(verifier, changed).kind, `${at} ${char}`).toBe('invalid')
      }
    }
  })

  test('G70 no character put in, taken out or moved is accepted', () => {
    const place = fc.nat(raw.length - 1)
    fc.assert(
      fc.property(place, fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), (at, text) => {
        const changed = raw.slice(0, at) + text + raw.slice(at)
        expect(verdictOf(verifier, changed).kind).toBe('invalid')
      }),
    )
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 200 }), (at, length) => {
        expect(verdictOf(verifier, raw.slice(0, at) + raw.slice(at + length)).kind).toBe('invalid')
      }),
    )
  })

  test('G70 arbitrary text never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verdictOf(verifier, text).kind).toBe('invalid')
      }),
      { numRuns: 1_000 },
    )
  })

  test('G70 arbitrary JSON as header and payload never throws, and only good claims pass', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (header, payload) => {
        expect(verdictOf(verifier, forge(header, payload, hmac('sha256', secret))).kind).toBe('invalid')
        // Well signed, and the payload a JSON value of any kind.
        expect(verdictOf(verifier, forge(HEADER, payload, hmac('sha256', secret))).kind).toBe('invalid')
      }),
      { numRuns: 500 },
    )
  })

  test('G70 an arbitrary value for any claim that restricts is refused or means what it says', () => {
    const names = fc.constantFrom('exp', 'nbf', 'iat', 'sub', 'jti', 'type', 'aud', 'iss', 'sid')
    fc.assert(
      fc.property(names, fc.jsonValue(), (name, value) => {
        const verdict = verdictOf(verifier, sign({ ...goodClaims({ now: NOW / 1000 }), [name]: value }))
        if (verdict.kind === 'invalid') return
        const wanted = name === 'exp' || name === 'nbf' || name === 'iat' ? 'number' : 'string'
        expect(typeof value).toBe(wanted)
      }),
      { numRuns: 1_000 },
    )
  })
})
