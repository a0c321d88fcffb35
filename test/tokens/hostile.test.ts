import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hostileEcTokens, hostileRsaTokens } from '../support/hostile-key-tokens.js'
import { type HostileToken, hostileTokens } from '../support/hostile-tokens.js'
import { codeOf, createBench, createSetClock, verdictOf } from '../support/judge.js'

const NOW = 1_800_000_000
const clock = createSetClock(NOW * 1000)
const SECRET = 'a-secret-for-hostile-tokens-that-is-long'

function runAll(rows: readonly HostileToken[], options: Parameters<typeof createBench>[0]) {
  const { verifier } = createBench(options)
  test('no id stands twice', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  })
  test.each(rows)('G70 $id: $must', ({ token, must, as }) => {
    const verdict = verdictOf(verifier, token, as)
    expect(codeOf(verdict)).toBe(must)
    // Asked again, the cache must not know better.
    expect(verdictOf(verifier, token, as)).toEqual(verdict)
    if (verdict.kind === 'invalid') expect(verdict.reason).not.toBe('')
  })
}

describe('a secret', () => {
  runAll(hostileTokens({ secret: SECRET, now: NOW }), { secret: SECRET, clock })
})

describe('a secret, issuer and audience configured', () => {
  const [issuer, audience] = ['https://issuer.example', 'api']
  const rows = hostileTokens({ secret: SECRET, now: NOW, issuer, audience })
  runAll(rows, { secret: SECRET, clock, issuer, audience })
})

describe('an RSA key', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  runAll(hostileRsaTokens({ privateKey, now: NOW }), { privateKey, clock })
})

describe('an RSA key of which only the public half is here', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  runAll(hostileRsaTokens({ privateKey, now: NOW }), { publicKey, clock })
})

describe('an EC key', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  runAll(hostileEcTokens({ privateKey, now: NOW }), { privateKey, clock })
})

test('G70 a claim __proto__ grants nothing, also where the claims are copied by assignment', () => {
  const { verifier } = createBench({ secret: SECRET, clock })
  const row = hostileTokens({ secret: SECRET, now: NOW }).find(({ id }) => id === 'proto-member')
  const verdict = verdictOf(verifier, row?.token ?? '')
  if (verdict.kind !== 'valid') throw new Error('it should be valid')
  for (const claims of [verdict.claims, { ...verdict.claims }, Object.assign({}, verdict.claims)]) {
    expect(claims.roles).toBeUndefined()
    expect(claims.fresh).toBe(false)
  }
})
