import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Algorithm } from '../base/key-options.js'
import { ALGORITHM_NEEDS, defaultAlgorithm, findMisfit, findWeakness } from './algorithms.js'
import { deriveKeyId } from './key-id.js'
import type { BoundKey } from './keyring.js'

/** What a JWK Set holds for us. */
export interface JwksContent {
  /** A key that serves several algorithms stands here once for each. */
  readonly keys: readonly BoundKey[]
  /** Those of `keys` that the set gives no `kid`: a token's `kid` cannot tell them from others. */
  readonly unnamed: ReadonlySet<BoundKey>
  /** Warnings for the log, by the key's name: which signing keys are left out, and which share a `kid`. */
  readonly faults: readonly string[]
}

type Members = Readonly<Record<string, unknown>>

export const MAX_JWKS_KEYS = 100
// Of every kind of key (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/**
 * The keys of a JWK Set (RFC 7517 §5) that verify signatures, each bound to its `alg` or, without one, to those of
 * `accepted` that it fits (by default RS256, or the algorithm of its curve). Keys for other ends are passed over, weak
 * and damaged ones are faults. Keys may share a `kid` (RFC 7517 §4.5): the algorithm tells them apart, and those of one
 * algorithm are all tried. Throws an `Error`, with the key's name, when the set as a whole cannot be trusted: it is no
 * JWK Set, it is too large, or it holds a secret.
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

/** Whoever publishes a secret has lost it: anybody may sign with it by now. */
function refuseSecret(jwk: Members): void {
  const member = PRIVATE_MEMBERS.find((name) => Object.hasOwn(jwk, name))
  if (jwk.kty !== 'oct' && member === undefined) return
  const what = jwk.kty === 'oct' ? 'a symmetric key' : `a private key (it has ${member})`
  throw new Error(`${nameOf(jwk)} is ${what}: the whole set is refused`)
}

/** RFC 7517 §4.2, §4.3, §5: keys of other kinds and for other ends are no mistake. */
function isForSignatures({ kty, use, key_ops }: Members): boolean {
  if (kty !== 'RSA' && kty !== 'EC') return false
  if (use !== undefined && use !== 'sig') return false
  return key_ops === undefined || (Array.isArray(key_ops) && key_ops.includes('verify'))
}

function bindKey(jwk: Members, accepted?: readonly Algorithm[]): readonly BoundKey[] | string {
  const { kid, alg } = jwk
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return 'its kid is not a text'
  // Another algorithm than ours, or none that this host accepts: no fault of the key.
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
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHM_NEEDS, alg)) return false
  return accepted === undefined || accepted.some((one) => one === alg)
}

function chooseAlgorithms(key: KeyObject, accepted?: readonly Algorithm[]): readonly Algorithm[] {
  if (accepted !== undefined) return accepted.filter((algorithm) => findMisfit(key, algorithm) === null)
  const algorithm = defaultAlgorithm(key)
  return algorithm === null ? [] : [algorithm]
}

/** Of the members that make the key, and no others. */
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
