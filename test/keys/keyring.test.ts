import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import type { Algorithm, KeyOptions } from '../../src/base/key-options.js'
import { createKeyring } from '../../src/keys/keyring.js'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const secret = 'a-secret-of-exactly-forty-eight-bytes-not-a-bit-'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const rsaPem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsaPublicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()

function algorithmsOf(options: KeyOptions): string[] {
  const ring = createKeyring(options)
  const all: Algorithm[] = [
    'HS256',
    'HS384',
    'HS512',
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'ES384',
    'ES512',
  ]
  return all.filter((alg) => {
    const keys = ring.candidates({ alg })
    return Array.isArray(keys) && keys.length === 1 && keys[0]?.algorithm === alg
  })
}

describe('P06 P60 a keyring', () => {
  test.each<[string, KeyOptions, string[]]>([
    ['a secret', { secret }, ['HS256']],
    ['a secret as bytes', { secret: Buffer.from(secret) }, ['HS256']],
    ['a longer hash', { secret, algorithm: 'HS384' }, ['HS384']],
    ['two hashes', { secret, decodeAlgorithms: ['HS384'] }, ['HS256', 'HS384']],
    ['an RSA key', { privateKey: rsa.privateKey }, ['RS256']],
    ['an RSA key as PEM', { privateKey: rsaPem }, ['RS256']],
    ['a matching pair', { privateKey: rsaPem, publicKey: rsaPublicPem }, ['RS256']],
    [
      'RSA for several',
      { privateKey: rsaPem, decodeAlgorithms: ['RS384', 'PS256'] },
      ['RS256', 'RS384', 'PS256'],
    ],
    ['a public RSA key', { publicKey: rsaPublicPem }, ['RS256']],
    ['a public key for another', { publicKey: rsaPublicPem, decodeAlgorithms: ['RS512'] }, ['RS512']],
    ['a public key, both said', { publicKey: rsaPublicPem, algorithm: 'PS256' }, ['PS256']],
    ['EC by its curve', { privateKey: p384.privateKey }, ['ES384']],
  ])('of %s', (_name, options, expected) => {
    expect(algorithmsOf(options)).toEqual(expected)
    const signing = createKeyring(options).signingKey()
    expect(signing?.algorithm ?? null).toBe(options.publicKey && !options.privateKey ? null : expected[0])
  })

  test('reads a PEM file, and PEM whose line ends a variable has escaped', () => {
    const kid = createKeyring({ privateKey: rsaPem }).signingKey()?.kid
    for (const privateKey of [
      file('key.pem', rsaPem),
      rsaPem.replaceAll('\n', '\\n'),
      rsaPem.replaceAll('\n', '\r\n'),
    ]) {
      expect(createKeyring({ privateKey }).signingKey()?.kid).toBe(kid)
    }
    const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(createKeyring({ privateKey: pkcs1 }).signingKey()?.kid).toBe(kid)
    const sec1 = p256.privateKey.export({ type: 'sec1', format: 'pem' }).toString()
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
    expect(createKeyring({ privateKey: parameters + sec1 }).signingKey()?.algorithm).toBe('ES256')
  })

  test('gives only the keys of the algorithm and, when one is named, of the kid', () => {
    const ring = createKeyring({ privateKey: rsa.privateKey })
    const kid = ring.signingKey()?.kid
    expect(ring.candidates({ alg: 'RS256', kid })).toHaveLength(1)
    expect(ring.candidates({ alg: 'RS256' })).toHaveLength(1)
    expect(ring.candidates({ alg: 'RS256', kid: 'another' })).toEqual([])
    expect(ring.candidates({ alg: 'RS256', kid: '' })).toEqual([])
    expect(ring.candidates({ alg: 'PS256', kid })).toEqual([])
    expect(ring.candidates({ alg: 'HS256' })).toEqual([])
  })

  test('hands out public keys to verify with, never the private one', () => {
    const keys = createKeyring({ privateKey: rsa.privateKey }).candidates({ alg: 'RS256' })
    expect(keys).toMatchObject([{ key: { type: 'public' } }])
  })
})

describe('the kid', () => {
  test.each([
    ['RS256', rsa],
    ['ES256', p256],
    ['ES384', p384],
  ] as const)(
    'of a key pair for %s is its RFC 7638 thumbprint, the same for both halves',
    async (alg, pair) => {
      const kid = await calculateJwkThumbprint(pair.publicKey.export({ format: 'jwk' }))
      expect(createKeyring({ privateKey: pair.privateKey }).signingKey()?.kid).toBe(kid)
      expect(createKeyring({ publicKey: pair.publicKey }).candidates({ alg, kid })).toHaveLength(1)
    },
  )
})
