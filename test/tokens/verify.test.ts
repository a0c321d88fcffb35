import { describe, expect, test } from 'vitest'
import type { Awaitable } from '../../src/base/awaitable.js'
import { type BoundKey, createKeyring, type KeyHint, type Keyring } from '../../src/keys/keyring.js'
import { createVerifier } from '../../src/tokens/verify.js'
import { forge, hmac } from '../support/forge.js'
import { goodClaims } from '../support/hostile-row.js'
import { createBench, createSetClock, verdictOf } from '../support/judge.js'

const NOW = 1_800_000_000_000
const secret = 'a-secret-for-the-verifier-of-32-bytes'
const HEADER = { alg: 'HS256' }

function sign(claims: object, key = secret): string {
  return forge(HEADER, claims, hmac('sha256', key))
}

test('F11: exp may be fractional (NumericDate), and ends the token at that very fraction', () => {
  const clock = createSetClock(NOW)
  const { verifier } = createBench({ secret, clock })
  const exp = NOW / 1000 + 600.25
  const raw = sign({ ...goodClaims({ now: NOW / 1000 }), iat: NOW / 1000 - 0.5, nbf: NOW / 1000 - 0.5, exp })
  expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid', claims: { exp } })
  clock.set(NOW + 600_249)
  const late = verdictOf(verifier, raw)
  if (late.kind !== 'valid') throw new Error('it should be valid')
  clock.set(NOW + 600_250)
  expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'expired' })
  expect(verifier.rejudge(late)).toMatchObject({ kind: 'expired' })
})

describe('the cache', () => {
  const claims = goodClaims({ now: NOW / 1000 })

  test('G35 does not outlive the token: time, type, issuer and audience are judged at each use', () => {
    const clock = createSetClock(NOW)
    const { verifier } = createBench({ secret, clock })
    const raw = sign(claims)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
    expect(verdictOf(verifier, raw, 'refresh')).toMatchObject({ kind: 'invalid' })
    expect(verdictOf(verifier, raw, 'any')).toMatchObject({ kind: 'valid' })
    clock.set(NOW + 899_999)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
    clock.set(NOW + 900_000)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'expired', subject: '42' })
    clock.set(NOW - 3_600_000)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'invalid' })
    clock.set(NOW)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
  })

  test('answers as no cache would', () => {
    const { verifier, uncached } = createBench({ secret, clock: createSetClock(NOW) })
    const raw = sign(claims)
    const first = verdictOf(verifier, raw)
    expect(verdictOf(verifier, raw)).toEqual(first)
    expect(verdictOf(uncached, raw)).toEqual(first)
  })

  test('G37 hands out claims and header that nobody can change', () => {
    const { verifier } = createBench({ secret, clock: createSetClock(NOW) })
    const verdict = verdictOf(verifier, sign({ ...claims, roles: ['user'], deep: { list: [{ a: 1 }] } }))
    if (verdict.kind !== 'valid') throw new Error('it should be valid')
    const open: unknown[] = [verdict.claims, verdict.header]
    let seen = 0
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (typeof value !== 'object' || value === null) continue
      expect(Object.isFrozen(value)).toBe(true)
      expect(Array.isArray(value) || Object.getPrototypeOf(value) === null).toBe(true)
      seen++
      open.push(...Object.values(value))
    }
    expect(seen).toBe(6)
  })

  test('forgets what a former keyring vouched for', () => {
    const { ring, replace } = changingKeyring(secret)
    const { config, clock } = {
      ...createBench({ secret, clock: createSetClock(NOW) }),
      clock: createSetClock(NOW),
    }
    const verifier = createVerifier({ keyring: ring, config, clock })
    const raw = sign(claims)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
    replace('another-secret-for-the-verifier-32-bytes')
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'invalid' })
    replace(secret)
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
  })

  describe('holds no more than it may, and verifies again what it let go', () => {
    test.each<[string, object, number]>([
      ['usual tokens', {}, 40],
      ['tokens of one long text', { text: 'x'.repeat(4_000) }, 8],
      ['tokens of many small objects', { list: Array.from({ length: 200 }, () => ({ a: {} })) }, 1],
    ])('%s', (_name, extra, atMost) => {
      const clock = createSetClock(NOW)
      const { config } = createBench({ secret, clock })
      const { ring, timesAsked } = countingKeyring()
      const verifier = createVerifier({ keyring: ring, config, clock, cacheBytes: 80_000 })
      const raws = Array.from({ length: 60 }, (_, at) => sign({ ...claims, ...extra, jti: `jti-${at}` }))
      for (const raw of raws) expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
      expect(timesAsked()).toBe(60)
      const recent = raws.slice(-Math.ceil(atMost / 2)).reverse()
      for (const raw of recent) verdictOf(verifier, raw)
      expect(timesAsked()).toBe(60)
      for (const raw of raws.slice(0, -atMost))
        expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
      expect(timesAsked()).toBe(120 - atMost)
    })
  })
})

describe('P61 the options', () => {
  const now = NOW / 1000
  const clock = createSetClock(NOW)

  test('leeway moves exp, and nbf and iat only when it exceeds 10 s', () => {
    const strict = createBench({ secret, clock }).verifier
    const loose = createBench({ secret, clock, leeway: 30 }).verifier
    const expired = sign({ ...goodClaims({ now }), exp: now - 29 })
    expect(verdictOf(strict, expired)).toMatchObject({ kind: 'expired' })
    expect(verdictOf(loose, expired)).toMatchObject({ kind: 'valid' })
    expect(verdictOf(loose, sign({ ...goodClaims({ now }), exp: now - 30 }))).toMatchObject({
      kind: 'expired',
    })
    for (const name of ['iat', 'nbf']) {
      const at = (ahead: number) => sign({ ...goodClaims({ now }), [name]: now + ahead })
      expect(verdictOf(strict, at(10))).toMatchObject({ kind: 'valid' })
      expect(verdictOf(strict, at(11))).toMatchObject({ kind: 'invalid' })
      expect(verdictOf(loose, at(30))).toMatchObject({ kind: 'valid' })
      expect(verdictOf(loose, at(31))).toMatchObject({ kind: 'invalid' })
    }
  })

  test('verifySubject off takes a number as text, and nothing else', () => {
    const { verifier } = createBench({ secret, clock, verifySubject: false })
    const verdict = verdictOf(verifier, sign({ ...goodClaims({ now }), sub: 42 }))
    expect(verdict).toMatchObject({ kind: 'valid', subject: '42', claims: { sub: '42' } })
    for (const sub of [4.2, -1e300, true, null, {}, ['42'], '']) {
      expect(verdictOf(verifier, sign({ ...goodClaims({ now }), sub }))).toMatchObject({ kind: 'invalid' })
    }
  })

  test('identityClaim names another claim; sub is left as it is', () => {
    const { verifier } = createBench({ secret, clock, identityClaim: 'uid' })
    const both = verdictOf(verifier, sign({ ...goodClaims({ now }), uid: 'ada' }))
    expect(both).toMatchObject({ kind: 'valid', subject: 'ada', claims: { sub: '42', uid: 'ada' } })
    expect(verdictOf(verifier, sign(goodClaims({ now })))).toMatchObject({ kind: 'invalid' })
    const odd = sign({ ...goodClaims({ now }), uid: 'ada', sub: 42 })
    expect(verdictOf(verifier, odd)).toMatchObject({ kind: 'invalid', reason: 'sub: not a text' })
  })

  test('a token from elsewhere needs no type, no jti, no iat', () => {
    const { verifier } = createBench({ secret, clock })
    const raw = sign({
      sub: 'ada',
      exp: now + 1,
      auth_time: 'yesterday',
      roles: 'admin',
      fresh: 'yes',
      iat: now - 0.5,
    })
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid', type: 'access' })
  })
})

describe('a keyring that has to fetch', () => {
  const clock = createSetClock(NOW)
  const { config } = createBench({ secret, clock })
  const inner = createKeyring({ secret })
  const fetching = (candidates: (hint: KeyHint) => Awaitable<readonly BoundKey[]>) =>
    createVerifier({ keyring: { ...inner, candidates }, config, clock })
  const raw = sign(goodClaims({ now: NOW / 1000 }))

  test('makes the first verdict a promise, and the next one synchronous', async () => {
    const verifier = fetching(async (hint) => inner.candidates(hint))
    await expect(verifier.verify(raw, 'access')).resolves.toMatchObject({ kind: 'valid' })
    expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid' })
  })

  test('and cannot, makes the token unjudged, and not invalid', async () => {
    const cause = new Error('no route to the issuer')
    const rejecting = fetching(() => Promise.reject(cause))
    await expect(rejecting.verify(raw, 'access')).resolves.toEqual({ kind: 'unavailable', cause })
    const throwing = fetching(() => {
      throw cause
    })
    expect(verdictOf(throwing, raw)).toEqual({ kind: 'unavailable', cause })
  })
})

function changingKeyring(first: string) {
  let ring = createKeyring({ secret: first })
  let version = 1
  return {
    ring: {
      get version() {
        return version
      },
      signingKey: () => ring.signingKey(),
      candidates: (hint: KeyHint) => ring.candidates(hint),
      publicKeys: () => ring.publicKeys(),
    } satisfies Keyring,
    replace(next: string) {
      ring = createKeyring({ secret: next })
      version++
    },
  }
}

function countingKeyring() {
  let asked = 0
  const inner = createKeyring({ secret })
  const ring: Keyring = {
    ...inner,
    candidates(hint) {
      asked++
      return inner.candidates(hint)
    },
  }
  return { ring, timesAsked: () => asked }
}
