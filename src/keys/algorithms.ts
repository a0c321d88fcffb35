import { type KeyObject, sign, verify } from 'node:crypto'
import type { Algorithm } from '../base/key-options.js'

/** What an algorithm requires of its key (RFC 7518 §3.1). */
export interface AlgorithmNeeds {
  readonly keyKind: 'secret' | 'rsa' | 'ec'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  /** Bytes of the hash; also the minimum length of an HMAC key (RFC 7518 §3.2). */
  readonly hashBytes: number
  /** OpenSSL's name of the only curve that the algorithm accepts. */
  readonly curve?: string
}

export const ALGORITHM_NEEDS: Readonly<Record<Algorithm, AlgorithmNeeds>> = {
  HS256: { keyKind: 'secret', hash: 'sha256', hashBytes: 32 },
  HS384: { keyKind: 'secret', hash: 'sha384', hashBytes: 48 },
  HS512: { keyKind: 'secret', hash: 'sha512', hashBytes: 64 },
  RS256: { keyKind: 'rsa', hash: 'sha256', hashBytes: 32 },
  RS384: { keyKind: 'rsa', hash: 'sha384', hashBytes: 48 },
  RS512: { keyKind: 'rsa', hash: 'sha512', hashBytes: 64 },
  PS256: { keyKind: 'rsa', hash: 'sha256', hashBytes: 32 },
  PS384: { keyKind: 'rsa', hash: 'sha384', hashBytes: 48 },
  PS512: { keyKind: 'rsa', hash: 'sha512', hashBytes: 64 },
  ES256: { keyKind: 'ec', hash: 'sha256', hashBytes: 32, curve: 'prime256v1' },
  ES384: { keyKind: 'ec', hash: 'sha384', hashBytes: 48, curve: 'secp384r1' },
  ES512: { keyKind: 'ec', hash: 'sha512', hashBytes: 64, curve: 'secp521r1' },
}

/** Whether this is the name of a supported algorithm. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(ALGORITHM_NEEDS, value)
}

const ALGORITHM_OF_CURVE: Readonly<Record<string, Algorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** The algorithm for a key when the options name none. Null when no supported algorithm fits the key. */
export function defaultAlgorithm(key: KeyObject): Algorithm | null {
  if (key.type === 'secret') return 'HS256'
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  return ALGORITHM_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null
}

/** Why this key can't be used with this algorithm. Null when it can. */
export function findMisfit(key: KeyObject, algorithm: Algorithm): string | null {
  const needs = ALGORITHM_NEEDS[algorithm]
  const kind = key.type === 'secret' ? 'secret' : key.asymmetricKeyType
  if (kind !== needs.keyKind) return `${algorithm} does not go with ${describeKind(key)}`
  if (needs.keyKind === 'secret') return findShortSecret(key, algorithm, needs.hashBytes)
  if (needs.curve === undefined || needs.curve === key.asymmetricKeyDetails?.namedCurve) return null
  return `${algorithm} needs the curve ${needs.curve}, this key has ${key.asymmetricKeyDetails?.namedCurve}`
}

function findShortSecret(key: KeyObject, algorithm: Algorithm, least: number): string | null {
  const size = key.symmetricKeySize ?? 0
  return size >= least ? null : `needs ${least} bytes for ${algorithm}, has ${size}`
}

const MIN_RSA_BITS = 2048

/** Why this public or private key fits no supported algorithm, or is insecure. Null when it is fine. */
export function findWeakness(key: KeyObject): string | null {
  if (defaultAlgorithm(key) === null)
    return `is ${describeKind(key)}; give RSA, or EC on P-256, P-384 or P-521`
  if (key.asymmetricKeyType !== 'rsa') return null
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < MIN_RSA_BITS) return `needs ${MIN_RSA_BITS} bits, has ${modulusLength}`
  // With e = 1 a signature is the padded hash itself, so that anyone can write one. RSA needs an odd e.
  if (publicExponent >= 3n && publicExponent % 2n === 1n) return null
  return `has the public exponent ${publicExponent}, which protects nothing`
}

/**
 * Whether `verifying` verifies what `signing` signs. A damaged private key still loads, and would fail at the first
 * login.
 */
export function isPair(signing: KeyObject, verifying: KeyObject): boolean {
  if (signing.type === 'secret') return signing.equals(verifying)
  const message = Buffer.from('sallyport')
  try {
    return verify('sha256', message, verifying, sign('sha256', message, signing))
  } catch {
    return false
  }
}

export function describeKind(key: KeyObject): string {
  if (key.type === 'secret') return 'a secret'
  if (key.asymmetricKeyType === 'rsa') return 'an RSA key'
  if (key.asymmetricKeyType === 'ec') return `an EC key on ${key.asymmetricKeyDetails?.namedCurve}`
  return `a key of the kind ${key.asymmetricKeyType}`
}
