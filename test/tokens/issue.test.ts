import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { RESERVED_CLAIMS } from '../../src/base/claims.js'
import type { Algorithm, KeyOptions } from '../../src/base/key-options.js'
import { peekUnverified } from '../../src/tokens/peek.js'
import { anAccessToken, createBench, createSetClock, verdictOf } from '../support/judge.js'

const NOW = 1_800_000_000_000
const clock = createSetClock(NOW)
const secret = 'a-secret-of-sixty-four-bytes-or-more-so-that-it-serves-hs512-too!'
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const ecKeys = Object.entries(curves).map(
  ([alg, namedCurve]) => [alg, generateKeyPairSync('ec', { namedCurve }).privateKey] as const,
)

const KEYS: readonly { algorithm: Algorithm; keys: KeyOptions }[] = [
  ...(['HS256', 'HS384', 'HS512'] as const).map((algorithm) => ({ algorithm, keys: { secret, algorithm } })),
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((algorithm) => ({
    algorithm,
    keys: { privateKey: rsaKey, algorithm },
  })),
  ...ecKeys.map(([alg, privateKey]) => ({ algorithm: alg as Algorithm, keys: { privateKey } })),
]

function issuerOf(options: Omit<Parameters<typeof createBench>[0], 'clock'> = { secret }) {
  return createBench({ ...options, clock }).issuer()
}

/** The claims of a token that this process made itself. */
function claimsIn(raw: string): Readonly<Record<string, unknown>> {
  return peekUnverified(raw)?.unverifiedClaims ?? {}
}

describe.each(KEYS)('$algorithm', ({ algorithm, keys }) => {
  const bench = createBench({ ...keys, clock, issuer: 'us', audience: ['web', 'api'] })
  const bound = bench.keyring.signingKey()

  test('P80 jose verifies our tokens, and finds in them what was put in', async () => {
    const raw = bench.issuer().issue(anAccessToken(NOW, { claims: { tenant: 'é😀' }, roles: ['admin'] }))
    const [key] = await bench.keyring.candidates({ alg: algorithm })
    if (key === undefined) throw new Error('there is a key')
    const { payload, protectedHeader } = await jwtVerify(raw, key.key, {
      algorithms: [algorithm],
      currentDate: new Date(NOW),
      issuer: 'us',
      audience: 'api',
      subject: 'ada',
    })
    expect(protectedHeader).toEqual({ alg: algorithm, typ: 'JWT', kid: bound?.kid })
    expect(payload).toMatchObject({ jti: 'jti-1', tenant: 'é😀', roles: ['admin'] } satisfies JWTPayload)
  })

  test('P80 jose signs what we accept', async () => {
    if (bound === null) throw new Error('there is a key')
    const raw = await new SignJWT({ aud: 'api', iss: 'us', sub: 'ada' })
      .setProtectedHeader({ alg: algorithm })
      .setExpirationTime(NOW / 1000 + 60)
      .sign(bound.key)
    expect(verdictOf(bench.verifier, raw)).toMatchObject({ kind: 'valid', subject: 'ada', type: 'access' })
    const tampered = `${raw.slice(0, -8)}AAAAAAAA`
    expect(verdictOf(bench.verifier, tampered)).toMatchObject({ kind: 'invalid' })
  })

  test('P20 P22 our own tokens verify, with the same claims each time they are signed', () => {
    const issuer = bench.issuer()
    const [first, second] = [issuer.issue(anAccessToken(NOW)), issuer.issue(anAccessToken(NOW))]
    expect(claimsIn(second)).toEqual(claimsIn(first))
    expect(verdictOf(bench.verifier, second)).toMatchObject({ kind: 'valid', claims: claimsIn(first) })
  })
})

describe('the claims', () => {
  test('P20 are those of Flask-JWT-Extended, and ours beside them', () => {
    const raw = issuerOf().issue(
      anAccessToken(NOW + 999, {
        fresh: true,
        sessionId: 'sid-1',
        csrf: 'csrf-1',
        authTime: new Date(NOW - 5_000),
        roles: ['admin'],
        claims: { tenant: { id: 7 } },
      }),
    )
    expect(claimsIn(raw)).toEqual({
      sub: 'ada',
      jti: 'jti-1',
      type: 'access',
      fresh: true,
      iat: NOW / 1000,
      nbf: NOW / 1000,
      exp: NOW / 1000 + 900,
      csrf: 'csrf-1',
      sid: 'sid-1',
      auth_time: NOW / 1000 - 5,
      roles: ['admin'],
      tenant: { id: 7 },
    })
  })

  test('P21 a refresh token says so', () => {
    const raw = issuerOf().issue(anAccessToken(NOW, { type: 'refresh' }))
    expect(claimsIn(raw)).toMatchObject({ type: 'refresh', fresh: false })
  })

  test('P13 fresh until a time', () => {
    const raw = issuerOf().issue(anAccessToken(NOW, { fresh: new Date(NOW + 60_500) }))
    expect(claimsIn(raw).fresh).toBe(NOW / 1000 + 60)
  })

  test('P62 a token that never expires has no exp', () => {
    expect(claimsIn(issuerOf().issue(anAccessToken(NOW, { expiresAt: null })))).not.toHaveProperty('exp')
  })

  test('P61 nbf, issuer, audience and the identity claim are as the options say', () => {
    const options = {
      secret,
      encodeNbf: false,
      issuer: ['us', 'them'],
      audience: 'api',
      identityClaim: 'uid',
    }
    const { verifier, issuer } = createBench({ ...options, clock })
    const raw = issuer().issue(anAccessToken(NOW))
    const claims = claimsIn(raw)
    expect(claims).toMatchObject({ uid: 'ada', iss: 'us', aud: 'api' })
    expect(claims).not.toHaveProperty('nbf')
    expect(claims).not.toHaveProperty('sub')
    const verdict = verdictOf(verifier, raw)
    expect(verdict).toMatchObject({ kind: 'valid', subject: 'ada', claims: { sub: 'ada' } })
  })

  test('a time at the epoch is kept, and not replaced by the wall clock', () => {
    expect(claimsIn(issuerOf().issue(anAccessToken(0)))).toMatchObject({ iat: 0, nbf: 0, exp: 900 })
  })
})

describe('P23 an identity that cannot name anybody is refused at creation', () => {
  const cases: readonly [string, unknown][] = [
    ['a number', 42],
    ['nothing', undefined],
    ['null', null],
    ['an object', { id: '42' }],
    ['a list', ['42']],
    ['a String object', Object('42')],
    ['empty', ''],
    ['with U+0000', 'a\0'],
    ['with half a surrogate pair', 'a\ud800'],
  ]
  test.each(cases)('%s', (_name, subject) => {
    const input = anAccessToken(NOW, { subject: subject as string })
    expect(() => issuerOf().issue(input)).toThrow(/^subject must be text/)
  })

  test('a number does not pass the types either', () => {
    // @ts-expect-error the subject is text
    expect(() => issuerOf().issue(anAccessToken(NOW, { subject: 42 }))).toThrow(TypeError)
  })
})

describe('P20 a caller may not set', () => {
  test.each([...RESERVED_CLAIMS, '__proto__'])('the claim %s', (name) => {
    const claims: Readonly<Record<string, unknown>> = JSON.parse(`{"${name}":"x"}`)
    expect(() => issuerOf().issue(anAccessToken(NOW, { claims }))).toThrow(`the claim ${name} `)
  })

  test('the identity claim', () => {
    const issuer = issuerOf({ secret, identityClaim: 'uid' })
    expect(() => issuer.issue(anAccessToken(NOW, { claims: { uid: '1' } }))).toThrow('the claim uid ')
  })

  test.each(['alg', 'kid', 'crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'cty', '__proto__'])(
    'the header %s',
    (name) => {
      const headers: Readonly<Record<string, unknown>> = JSON.parse(`{"${name}":"x"}`)
      expect(() => issuerOf().issue(anAccessToken(NOW, { headers }))).toThrow(`the header ${name} `)
    },
  )

  test('a typ that we would refuse', () => {
    expect(() => issuerOf().issue(anAccessToken(NOW, { headers: { typ: 'JWE' } }))).toThrow('the header typ ')
  })

  test('a header that the signing library would garble', () => {
    expect(() => issuerOf().issue(anAccessToken(NOW, { headers: { tenant: '€' } }))).toThrow('ASCII')
  })
})

test('P20 P22 further headers are signed and handed out', () => {
  const { issuer, verifier } = createBench({ secret, clock })
  const raw = issuer().issue(anAccessToken(NOW, { headers: { tenant: 'a', typ: 'at+jwt' } }))
  expect(decodeProtectedHeader(raw)).toMatchObject({ alg: 'HS256', typ: 'at+jwt', tenant: 'a' })
  expect(verdictOf(verifier, raw)).toMatchObject({ kind: 'valid', header: { tenant: 'a' } })
})

test.each([
  ['jti', { jti: '' }],
  ['sessionId', { sessionId: 'a\0' }],
  ['issuedAt', { issuedAt: new Date(Number.NaN) }],
  ['expiresAt', { expiresAt: new Date(8.64e15) }],
  ['fresh', { fresh: new Date(Number.NaN) }],
  ['authTime', { authTime: new Date(-1000) }],
  ['exceeds', { claims: { x: 'x'.repeat(20_000) } }],
  ['nested too deep', { claims: { x: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) } }],
])('what we would refuse ourselves is not issued: %s', (named, changes) => {
  expect(() => issuerOf().issue(anAccessToken(NOW, changes))).toThrow(named)
})

test('a public key alone issues nothing', () => {
  const { privateKey: _left, ...rest } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  expect(() => issuerOf(rest)).toThrow(expect.objectContaining({ option: 'privateKey' }))
})

test('an identity claim that means something else is refused', () => {
  expect(() => issuerOf({ secret, identityClaim: 'jti' })).toThrow(
    expect.objectContaining({ option: 'identityClaim' }),
  )
})
