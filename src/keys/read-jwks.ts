import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Algorithm } from '../base/key-options.js'
import { defaultAlgorithm, findMisfit, findWeakness, isAlgorithm } from './algorithms.js'
import { deriveKeyId } from './key-id.js'
import type { BoundKey } from './keyring.js'

/** The usable keys of a JWK Set. */
export interface JwksContent {
  /** A key for several algorithms is listed once for each. */
  readonly keys: readonly BoundKey[]
  /** Those of `keys` without a `kid` in the set: any token's `kid` may mean them. */
  readonly unnamed: ReadonlySet<BoundKey>
  /** Warnings for the log, by the key's name: signing keys that are left out, and keys that share a `kid`. */
  readonly faults: readonly string[]
}

type Members = Readonly<Record<string, unknown>>

export const MAX_JWKS_KEYS = 100
// The private members of every key type (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/**
 * Reads the keys of a JWK Set (RFC 7517 §5) that verify signatures. Each is bound to its `alg` or, without one, to
 * those of `accepted` that fit it (by default RS256, or its curve's algorithm). Keys for other uses are skipped; weak
 * and damaged ones are reported as warnings. Keys may share a `kid` (RFC 7517 §4.5): the algorithm selects among them,
 * and all of one algorithm are tried.
 * @throws {Error} with the key's name, when the whole set can't be trusted: it is no JWK Set, is too large, or contains
 * a secret.
 */
export function readJwks(value: unknown, accepted?: readonly Algorithm[]): JwksContent {
  const keys: BoundKey[] = []
  const unnamed = new Set<BoundKey>()
  const faults: string[] = []
  for (const jwk of readMembers(value).filter(isForSignatures)) {
    const bound = bindKey(jwk, accepted)
    if (typeof bound === 'string') {
      faults.push(`left out ${nameOf(jwk)}: ${bound}`)
      continue
    }
    for (const key of bound) {
      const namesakes = keys.filter((one) => one.kid === key.kid && one.algorithm === key.algorithm)
      if (namesakes.some((one) => one.key.equals(key.key))) continue
      if (namesakes.length > 0)
        faults.push(`${nameOf(jwk)} is there twice for ${key.algorithm}: each is tried`)
      keys.push(key)
      if (jwk.kid === undefined) unnamed.add(key)
    }
  }
  return { keys, unnamed, faults }
}

function readMembers(value: unknown): readonly Members[] {
  const list = isObject(value) ? value.keys : undefined
  if (!Array.isArray(list) || !list.every(isObject)) throw new Error('is not a JWK Set')
  if (list.length > MAX_JWKS_KEYS) throw new Error(`has ${list.length} keys, more than ${MAX_JWKS_KEYS}`)
  for (const jwk of list) refuseSecret(jwk)
  return list
}

/** A published secret is compromised: anyone may have signed with it. */
function refuseSecret(jwk: Members): void {
  const member = PRIVATE_MEMBERS.find((name) => Object.hasOwn(jwk, name))
  if (jwk.kty !== 'oct' && member === undefined) return
  const what = jwk.kty === 'oct' ? 'a symmetric key' : `a private key (it has ${member})`
  throw new Error(`${nameOf(jwk)} is ${what}: the whole set is refused`)
}

/** RFC 7517 §4.2, §4.3, §5: keys of other types and for other uses are no mistake. */
function isForSignatures({ kty, use, key_ops }: Members): boolean {
  if (kty !== 'RSA' && kty !== 'EC') return false
  if (use !== undefined && use !== 'sig') return false
  return key_ops === undefined || (Array.isArray(key_ops) && key_ops.includes('verify'))
}

function bindKey(jwk: Members, accepted?: readonly Algorithm[]): readonly BoundKey[] | string {
  const { kid, alg } = jwk
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return 'its kid is not a text'
  // An algorithm that is not supported, or not accepted by this host, is no fault of the key.
  if (alg !== undefined && !isAccepted(alg, accepted)) return []
  const key = readPublicKey(jwk)
  if (key === null) return 'cannot be read'
  const weakness = findWeakness(key)
  if (weakness !== null) return weakness
  const algorithms = alg === undefined ? chooseAlgorithms(key, accepted) : [alg]
  for (const algorithm of algorithms) {
    const misfit = findMisfit(key, algorithm)
    if (misfit !== null) return misfit
  }
  const name = kid ?? deriveKeyId(key)
  return algorithms.map((algorithm) => Object.freeze({ kid: name, algorithm, key }))
}

function isAccepted(alg: unknown, accepted?: readonly Algorithm[]): alg is Algorithm {
  return isAlgorithm(alg) && (accepted === undefined || accepted.includes(alg))
}

function chooseAlgorithms(key: KeyObject, accepted?: readonly Algorithm[]): readonly Algorithm[] {
  if (accepted !== undefined) return accepted.filter((algorithm) => findMisfit(key, algorithm) === null)
  const algorithm = defaultAlgorithm(key)
  return algorithm === null ? [] : [algorithm]
}

/** Imports the members that define the key, and no others. */
function readPublicKey({ kty, n, e, crv, x, y }: Members): KeyObject | null {
  const jwk = kty === 'EC' ? { kty, crv, x, y } : { kty, n, e }
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  } catch {
    // OpenSSL's errors say nothing more.
    return null
  }
}

function nameOf({ kid }: Members): string {
  return typeof kid === 'string' ? `key ${JSON.stringify(kid.slice(0, 100))}` : 'a key without a name'
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
