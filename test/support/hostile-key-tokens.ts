import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ecdsa, encode, forge, hmac, pss, rsa } from './forge.js'
import { goodClaims, type HostileToken, row, type Target } from './hostile-row.js'

type KeyTarget = Omit<Target, 'secret'> & { readonly privateKey: KeyObject }

/** G70 against a verifier with an RSA key for RS256: above all its public key, which everybody has, as HMAC secret. */
export function hostileRsaTokens(target: KeyTarget): HostileToken[] {
  const { privateKey } = target
  const claims = goodClaims(target)
  const publicKey = createPublicKey(privateKey)
  const spki = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const secrets: Readonly<Record<string, string | Buffer>> = {
    spki,
    'spki-trimmed': spki.trim(),
    'spki-crlf': spki.replaceAll('\n', '\r\n'),
    pkcs1: publicKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
    der: publicKey.export({ format: 'der', type: 'spki' }),
    modulus: Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url'),
  }
  const confusions = Object.entries(secrets).flatMap(([name, secret]) =>
    (['256', '384', '512'] as const).map((bits) =>
      row(
        `rsa-public-key-as-hmac-${name}-${bits}`,
        'TOKEN_INVALID',
        forge({ alg: `HS${bits}`, typ: 'JWT' }, claims, hmac(`sha${bits}`, secret)),
      ),
    ),
  )
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = other.publicKey.export({ format: 'jwk' })
  const good = forge({ alg: 'RS256', typ: 'JWT' }, claims, rsa('sha256', privateKey))
  const input = good.slice(0, good.lastIndexOf('.'))
  const signature = rsa('sha256', privateKey)(input)
  const refused = (id: string, token: string) => row(id, 'TOKEN_INVALID', token)

  return [
    row('rsa-good', 'ok', good),
    ...confusions,
    refused('rsa-alg-rs512', forge({ alg: 'RS512' }, claims, rsa('sha512', privateKey))),
    refused('rsa-alg-ps256', forge({ alg: 'PS256' }, claims, pss('sha256', privateKey))),
    refused('rsa-named-rs256-signed-ps256', forge({ alg: 'RS256' }, claims, pss('sha256', privateKey))),
    refused('rsa-alg-es256', forge({ alg: 'ES256' }, claims, rsa('sha256', privateKey))),
    refused('rsa-alg-none', `${encode({ alg: 'none' })}.${encode(claims)}.`),
    refused('rsa-another-key', forge({ alg: 'RS256' }, claims, rsa('sha256', other.privateKey))),
    refused('rsa-another-key-as-jwk', forge({ alg: 'RS256', jwk }, claims, rsa('sha256', other.privateKey))),
    refused('rsa-kid-unknown', forge({ alg: 'RS256', kid: 'x' }, claims, rsa('sha256', privateKey))),
    refused('rsa-signature-zeros', `${input}.${encode(Buffer.alloc(256))}`),
    refused('rsa-signature-one', `${input}.${encode(Buffer.concat([Buffer.alloc(255), Buffer.from([1])]))}`),
    refused('rsa-signature-longer', `${input}.${encode(Buffer.concat([Buffer.alloc(1), signature]))}`),
    refused('rsa-signature-shorter', `${input}.${encode(signature.subarray(0, -1))}`),
  ]
}

/** G70 against a verifier with an EC key for ES256. */
export function hostileEcTokens(target: KeyTarget): HostileToken[] {
  const { privateKey } = target
  const claims = goodClaims(target)
  const good = forge({ alg: 'ES256', typ: 'JWT' }, claims, ecdsa('sha256', privateKey))
  const input = good.slice(0, good.lastIndexOf('.'))
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const refused = (id: string, token: string) => row(id, 'TOKEN_INVALID', token)
  return [
    row('ec-good', 'ok', good),
    // Accepted by Java once (CVE-2022-21449).
    refused('ec-signature-zeros', `${input}.${encode(Buffer.alloc(64))}`),
    refused('ec-signature-ones', `${input}.${encode(Buffer.alloc(64, 0xff))}`),
    refused('ec-signature-der', forge({ alg: 'ES256' }, claims, rsa('sha256', privateKey))),
    refused('ec-signature-short', `${input}.${encode(Buffer.alloc(63, 1))}`),
    refused('ec-alg-es384', forge({ alg: 'ES384' }, claims, ecdsa('sha384', privateKey))),
    refused('ec-another-key', forge({ alg: 'ES256' }, claims, ecdsa('sha256', other.privateKey))),
    refused('ec-alg-none', `${encode({ alg: 'none' })}.${encode(claims)}.`),
  ]
}
