import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { OptionError } from '../../src/base/errors.js'
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
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsaPem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsaPublicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const encryption = { cipher: 'aes-256-cbc', passphrase: 'open sesame' } as const

function rsaWithExponent(e: string) {
  return createPublicKey({ key: { ...rsa.publicKey.export({ format: 'jwk' }), e }, format: 'jwk' })
}

describe('P60 refused at load, by the name of the option', () => {
  const cases: readonly [string, string, KeyOptions, RegExp][] = [
    ['nothing given', 'secret', {}, /missing/],
    ['a secret and a key pair', 'secret', { secret, privateKey: rsaPem }, /neither privateKey/],
    ['a secret and a public key', 'secret', { secret, publicKey: rsaPublicPem }, /neither privateKey/],
    ['an empty secret', 'secret', { secret: '' }, /needs 32 bytes for HS256, has 0/],
    ['a short secret', 'secret', { secret: 'x'.repeat(31) }, /needs 32 bytes for HS256, has 31/],
    ['short for HS384', 'secret', { secret: 'x'.repeat(47), algorithm: 'HS384' }, /needs 48 bytes/],
    ['short for HS512', 'secret', { secret, algorithm: 'HS512' }, /needs 64 bytes/],
    ['short for one decoded', 'secret', { secret, decodeAlgorithms: ['HS512'] }, /needs 64 bytes/],
    ['a secret of no bytes', 'secret', { secret: 42 as unknown as string }, /must be text or bytes/],
    ['a public key as secret', 'secret', { secret: rsaPublicPem }, /is a key file/],
    ['a private key as secret', 'secret', { secret: rsaPem }, /is a key file/],
    ['a public key as secret bytes', 'secret', { secret: Buffer.from(rsaPublicPem) }, /is a key file/],
    [
      'DER as secret',
      'secret',
      { secret: rsa.publicKey.export({ type: 'spki', format: 'der' }) },
      /is a key file/,
    ],
    [
      'PKCS 1 as secret',
      'secret',
      { secret: rsa.publicKey.export({ type: 'pkcs1', format: 'der' }) },
      /is a key file/,
    ],
    [
      'base64 of DER as secret',
      'secret',
      { secret: p256.publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
      /is a key file/,
    ],
    [
      'a JWK as secret',
      'secret',
      { secret: JSON.stringify(rsa.publicKey.export({ format: 'jwk' })) },
      /is a key file/,
    ],
    ['an SSH key as secret', 'secret', { secret: `ssh-rsa ${'A'.repeat(64)} ada@example` }, /is a key file/],
    ['RS256 with a secret', 'algorithm', { secret, algorithm: 'RS256' }, /does not go with a secret/],
    [
      'HS256 with an RSA key',
      'algorithm',
      { privateKey: rsaPem, algorithm: 'HS256' },
      /does not go with an RSA key/,
    ],
    [
      'HS256 with a public key',
      'algorithm',
      { publicKey: rsaPublicPem, algorithm: 'HS256' },
      /does not go with an RSA/,
    ],
    [
      'ES256 with an RSA key',
      'algorithm',
      { privateKey: rsaPem, algorithm: 'ES256' },
      /does not go with an RSA key/,
    ],
    [
      'a wrong curve',
      'algorithm',
      { privateKey: p256.privateKey, algorithm: 'ES384' },
      /needs the curve secp384r1/,
    ],
    [
      'HS256 beside RSA',
      'decodeAlgorithms',
      { privateKey: rsaPem, decodeAlgorithms: ['HS256'] },
      /does not go with/,
    ],
    [
      'RS256 beside a secret',
      'decodeAlgorithms',
      { secret, decodeAlgorithms: ['RS256'] },
      /does not go with/,
    ],
    ['no algorithms', 'decodeAlgorithms', { publicKey: rsaPublicPem, decodeAlgorithms: [] }, /is empty/],
    ['none', 'algorithm', { secret, algorithm: 'none' as Algorithm }, /HS256/],
    ['none among many', 'decodeAlgorithms', { secret, decodeAlgorithms: ['none' as Algorithm] }, /HS256/],
    [
      'halves of two keys',
      'publicKey',
      { privateKey: rsaPem, publicKey: otherRsa.publicKey },
      /does not belong/,
    ],
    [
      'a public key as privateKey',
      'privateKey',
      { privateKey: rsaPublicPem },
      /is a public key, not a private/,
    ],
    ['a private key as publicKey', 'publicKey', { publicKey: rsaPem }, /is a private key, not a public/],
    ['a KeyObject of the wrong half', 'privateKey', { privateKey: rsa.publicKey }, /is a public key/],
    [
      'a secret KeyObject',
      'privateKey',
      { privateKey: createSecretKey(Buffer.alloc(32)) },
      /is a secret key/,
    ],
    ['neither text nor key', 'publicKey', { publicKey: {} as string }, /must be PEM, a path or a KeyObject/],
    ['no path', 'privateKey', { privateKey: ' ' }, /is empty/],
    [
      'RSA of 1024 bits',
      'privateKey',
      { privateKey: aPair('rsa', 1024).privateKey },
      /needs 2048 bits, has 1024/,
    ],
    ['public RSA of 1024 bits', 'publicKey', { publicKey: aPair('rsa', 1024).publicKey }, /needs 2048 bits/],
    ['e = 1', 'publicKey', { publicKey: rsaWithExponent('AQ') }, /exponent 1/],
    ['e = 2', 'publicKey', { publicKey: rsaWithExponent('Ag') }, /exponent 2/],
    ['e even', 'publicKey', { publicKey: rsaWithExponent('AQAA') }, /exponent 65536/],
    ['secp256k1', 'privateKey', { privateKey: aCurve('secp256k1').privateKey }, /EC key on secp256k1/],
    ['Ed25519', 'privateKey', { privateKey: generateKeyPairSync('ed25519').privateKey }, /kind ed25519/],
    ['RSA-PSS alone', 'publicKey', { publicKey: aPair('rsa-pss', 2048).publicKey }, /kind rsa-pss/],
    [
      'no such file',
      'privateKey',
      { privateKey: join(folder, 'absent.pem') },
      /absent\.pem cannot be read \(ENOENT\)/,
    ],
    ['a folder', 'publicKey', { publicKey: folder }, /is not a file/],
    [
      'a huge file',
      'publicKey',
      { publicKey: file('huge.pem', 'x'.repeat(100_000)) },
      /huge\.pem is too large/,
    ],
    [
      'a file that is no PEM',
      'privateKey',
      { privateKey: file('text.pem', 'x') },
      /holds no PEM block.*text\.pem/,
    ],
    [
      'PEM without a key in it',
      'publicKey',
      { publicKey: pem('PUBLIC KEY', 'AAAA') },
      /not a key that can be read/,
    ],
    ['PEM of another kind', 'publicKey', { publicKey: pem('DH PARAMETERS', 'AAAA') }, /unknown kind/],
    ['a certificate', 'publicKey', { publicKey: pem('CERTIFICATE', 'AAAA') }, /is a certificate/],
    ['two keys', 'publicKey', { publicKey: rsaPublicPem + rsaPublicPem }, /more than one/],
    [
      'an encrypted key',
      'privateKey',
      { privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString() },
      /is encrypted/,
    ],
    [
      'a key encrypted the old way',
      'privateKey',
      { privateKey: p256.privateKey.export({ type: 'sec1', format: 'pem', ...encryption }).toString() },
      /is encrypted/,
    ],
  ]

  test.each(cases)('%s: %s', (_name, option, keys, message) => {
    const refusal = refusalOf(keys)
    expect(refusal).toMatchObject({ option, message: expect.stringMatching(message) })
  })

  test('a private key of which a number was changed', () => {
    const jwk = rsa.privateKey.export({ format: 'jwk' })
    // Not d alone: OpenSSL works by the other numbers, and by d when those disagree.
    const damaged = { ...jwk, d: jwk.n, dp: jwk.dq, dq: jwk.dp, qi: jwk.dp }
    const privateKey = createPrivateKey({ key: damaged, format: 'jwk' })
    expect(refusalOf({ privateKey })).toMatchObject({
      option: 'privateKey',
      message: expect.stringMatching(/damaged/),
    })
  })

  test.each<[string, string]>([
    ['base64', rsa.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')],
    ['short base64', p256.privateKey.export({ type: 'sec1', format: 'der' }).toString('base64url')],
    ['base64 of PEM', Buffer.from(rsaPem).toString('base64').slice(0, 900)],
    ['a JWK', JSON.stringify(p256.privateKey.export({ format: 'jwk' }))],
    ['PEM without its armour', rsaPem.split('\n').slice(1, -2).join('\n')],
  ])('a private key where a path belongs is not printed: %s', (_name, privateKey) => {
    const refusal = refusalOf({ privateKey })
    expect(refusal).toMatchObject({ option: 'privateKey' })
    expect(String(refusal)).not.toContain(privateKey.slice(0, 20))
  })
})

function refusalOf(keys: KeyOptions): unknown {
  try {
    createKeyring(keys)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error
  }
  throw new Error('it was taken')
}

function aPair(kind: 'rsa' | 'rsa-pss', modulusLength: number) {
  return kind === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength })
    : generateKeyPairSync('rsa-pss', { modulusLength })
}

function aCurve(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve })
}

function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}
