import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import type { Algorithm } from '../../src/base/key-options.js'
import { createRemoteKeyring } from '../../src/keys/remote-jwks.js'
import { makeIssuerKey, startJwksServer } from '../support/jwks-server.js'
import { createTestLogger } from '../support/test-logger.js'
import { config } from './open-remote-ring.js'

const rsa = makeIssuerKey('rsa')
const otherRsa = makeIssuerKey('rsa')
const p256 = makeIssuerKey('P-256')
const p384 = makeIssuerKey('P-384')
const weak = makeIssuerKey('rsa', 1024)
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' })

const ASYMMETRIC: Algorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
]

/** What an issuer that publishes this is good for: `kid algorithm` of each key, and what the log says. */
async function read(keys: unknown, decodeAlgorithms?: Algorithm[]) {
  const server = await startJwksServer({ keys })
  const logger = createTestLogger()
  const ring = createRemoteKeyring(
    { jwksUrl: server.url, decodeAlgorithms },
    { config, clock: systemClock, logger },
  )
  const found = await Promise.all(ASYMMETRIC.map(async (alg) => ring.candidates({ alg })))
  return { bound: found.flat().map(({ kid, algorithm }) => `${kid} ${algorithm}`), log: logger.text() }
}

describe('a key is bound to its algorithm', () => {
  test.each<[string, unknown[], string[], Algorithm[]?]>([
    ['by its alg', [rsa.jwk({ kid: 'a', alg: 'PS384' })], ['a PS384']],
    ['RS256 for RSA without one', [rsa.jwk({ kid: 'a' })], ['a RS256']],
    [
      'its curve for EC without one',
      [p256.jwk({ kid: 'a' }), p384.jwk({ kid: 'b' })],
      ['a ES256', 'b ES384'],
    ],
    [
      'without one, to those of decodeAlgorithms that it fits',
      [rsa.jwk({ kid: 'a' }), p256.jwk({ kid: 'b' }), p384.jwk({ kid: 'c' })],
      ['a RS512', 'a PS256', 'b ES256'],
      ['RS512', 'PS256', 'ES256'],
    ],
    [
      'and left alone when decodeAlgorithms has not its alg',
      [rsa.jwk({ kid: 'a', alg: 'RS384' }), p256.jwk({ kid: 'b' })],
      [],
      ['RS256'],
    ],
    ['use and key_ops say so', [rsa.jwk({ kid: 'a', use: 'sig', key_ops: ['verify'] })], ['a RS256']],
  ])('%s', async (_name, keys, expected, decodeAlgorithms) => {
    const { bound, log } = await read(keys, decodeAlgorithms)
    expect(bound).toEqual(expected)
    // A key for others is none of our business, but to have none at all is worth a line.
    expect(log).toMatch(expected.length > 0 ? /^$/ : /^jwksUrl: no key there verifies signatures/)
  })

  test('a key without kid is called by its thumbprint (RFC 7638)', async () => {
    const jwk = rsa.jwk()
    expect((await read([jwk])).bound).toEqual([`${await calculateJwkThumbprint(jwk as JWK)} RS256`])
  })
})

describe('P60 keys that serve other ends are passed over, and not complained of', () => {
  test.each<[string, object]>([
    ['use: enc', rsa.jwk({ kid: 'x', use: 'enc', alg: 'RSA-OAEP' })],
    ['use: sig in another case', rsa.jwk({ kid: 'x', use: 'SIG' })],
    ['use: null', rsa.jwk({ kid: 'x', use: null })],
    ['key_ops without verify', rsa.jwk({ kid: 'x', key_ops: ['encrypt'] })],
    ['key_ops that is a text', rsa.jwk({ kid: 'x', key_ops: 'verify' })],
    ['an encryption algorithm', rsa.jwk({ kid: 'x', alg: 'RSA-OAEP' })],
    ['alg: none', rsa.jwk({ kid: 'x', alg: 'none' })],
    ['alg: HS256 on an RSA key', rsa.jwk({ kid: 'x', alg: 'hs256' })],
    ['Ed25519', { ...ed25519, kid: 'x' }],
    ['a kind that nobody knows', { kty: 'AKP', kid: 'x', pub: 'AA' }],
  ])('%s', async (_name, jwk) => {
    const { bound, log } = await read([jwk, p256.jwk({ kid: 'good' })])
    expect({ bound, log }).toEqual({ bound: ['good ES256'], log: '' })
  })
})

describe('P60 weak and damaged keys are left out by name', () => {
  test.each<[string, object, RegExp]>([
    ['RSA of 1024 bits', weak.jwk({ kid: 'x' }), /left out key "x": needs 2048 bits, has 1024/],
    ['e = 1', rsa.jwk({ kid: 'x', e: 'AQ' }), /left out key "x": has the public exponent 1,/],
    ['an even e', rsa.jwk({ kid: 'x', e: 'Ag' }), /left out key "x": /],
    ['no n', rsa.jwk({ kid: 'x', n: undefined }), /left out key "x": cannot be read/],
    ['a number as n', rsa.jwk({ kid: 'x', n: 5 }), /left out key "x": cannot be read/],
    [
      'a point that is on no curve',
      p256.jwk({ kid: 'x', x: p256.jwk().y }),
      /left out key "x": cannot be read/,
    ],
    ['a curve of others', { ...secp256k1, kid: 'x' }, /left out key "x": is an EC key on secp256k1/],
    [
      'ES256 on an RSA key',
      rsa.jwk({ kid: 'x', alg: 'ES256' }),
      /key "x": ES256 does not go with an RSA key/,
    ],
    ['ES256 on P-384', p384.jwk({ kid: 'x', alg: 'ES256' }), /key "x": ES256 needs the curve prime256v1/],
    [
      'HS256 on an RSA key',
      rsa.jwk({ kid: 'x', alg: 'HS256' }),
      /key "x": HS256 does not go with an RSA key/,
    ],
    ['a kid that is a number', rsa.jwk({ kid: 5 }), /left out a key without a name: its kid is not a text/],
    ['an empty kid', rsa.jwk({ kid: '' }), /left out key "": its kid is not a text/],
  ])('%s', async (_name, jwk, line) => {
    const { bound, log } = await read([jwk, p256.jwk({ kid: 'good' })])
    expect(bound).toEqual(['good ES256'])
    expect(log).toMatch(line)
  })
})

describe('P60 a set is refused as a whole, by the name of the key', () => {
  const privateRsa = rsa.privateKey.export({ format: 'jwk' })
  const privateEc = p256.privateKey.export({ format: 'jwk' })
  const good = otherRsa.jwk({ kid: 'good' })
  test.each<[string, unknown, RegExp]>([
    ['a private RSA key', [good, { ...privateRsa, kid: 'x' }], /key "x" is a private key \(it has d\)/],
    ['a private EC key', [good, { ...privateEc, kid: 'x' }], /key "x" is a private key \(it has d\)/],
    ['a private key for encryption', [good, { ...privateRsa, kid: 'x', use: 'enc' }], /key "x" is a private/],
    ['half of a private key', [good, rsa.jwk({ kid: 'x', dp: 'AA' })], /"x" is a private key \(it has dp\)/],
    ['a private Ed25519 key', [good, { ...ed25519, kid: 'x', d: 'AA' }], /key "x" is a private key/],
    ['a symmetric key without its secret', [good, { kty: 'oct', kid: 'x' }], /key "x" is a symmetric key/],
    ['a symmetric key', [good, { kty: 'oct', kid: 'x', k: 'c2VjcmV0' }], /key "x" is a symmetric key/],
    [
      '101 keys',
      Array.from({ length: 101 }, (_, at) => rsa.jwk({ kid: `k${at}` })),
      /101 keys, more than 100/,
    ],
    ['an entry that is no object', [good, null], /is not a JWK Set/],
    ['no list', { good }, /is not a JWK Set/],
  ])('%s', async (_name, keys, reason) => {
    await expect(read(keys)).rejects.toThrow(reason)
  })

  test('and no secret of it is in the error', async () => {
    const refused: unknown = await read([{ kty: 'oct', kid: 'x', k: 'c2VjcmV0' }]).catch((error) => error)
    expect(String(refused)).not.toContain('c2VjcmV0')
  })

  test.each<[string, unknown[], string[], RegExp]>([
    ['of two kinds', [rsa.jwk({ kid: 'x' }), p256.jwk({ kid: 'x' })], ['x RS256', 'x ES256'], /^$/],
    [
      'for two algorithms',
      [rsa.jwk({ kid: 'x' }), rsa.jwk({ kid: 'x', alg: 'PS256' })],
      ['x RS256', 'x PS256'],
      /^$/,
    ],
    ['that are one key', [rsa.jwk({ kid: 'x' }), rsa.jwk({ kid: 'x' })], ['x RS256'], /^$/],
    [
      'that nothing tells apart',
      [rsa.jwk({ kid: 'x' }), otherRsa.jwk({ kid: 'x' })],
      ['x RS256', 'x RS256'],
      /"x" is there twice for RS256: each is tried/,
    ],
  ])('F10: but one kid may name two keys %s', async (_name, keys, expected, line) => {
    const { bound, log } = await read(keys)
    expect(bound).toEqual(expected)
    expect(log).toMatch(line)
  })

  test('but a key for encryption may share its name with one for signatures', async () => {
    const { bound } = await read([rsa.jwk({ kid: 'x', use: 'enc' }), rsa.jwk({ kid: 'x', use: 'sig' })])
    expect(bound).toEqual(['x RS256'])
  })
})
