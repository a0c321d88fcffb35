import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Awaitable } from '../base/awaitable.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm, KeyOptions } from '../base/key-options.js'
import { resolveKeys } from '../base/resolve-options.js'
import { ALGORITHM_NEEDS, defaultAlgorithm, findMisfit, findWeakness, isPair } from './algorithms.js'
import { deriveKeyId } from './key-id.js'
import { readPrivateKey, readPublicKey, readSecret } from './read-key.js'

/** A key bound to one algorithm. */
export interface BoundKey {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly key: KeyObject
}

/** What a token's header says about its key. */
export interface KeyHint {
  readonly alg: Algorithm
  readonly kid?: string
}

/** The unverified contents of a token, for choosing its key. */
export interface UnverifiedParts {
  readonly header: Readonly<Record<string, unknown>>
  /** Null when the claims can't be parsed. */
  claims(): Readonly<Record<string, unknown>> | null
}

export interface Keyring {
  /**
   * Incremented when the keys change, and when a remote set is due for a refetch. Tokens verified under an older
   * version are verified again.
   */
  readonly version: number
  /** Whether a key must be looked up again at each use. Absent: only when `version` changes. */
  readonly isVolatile?: boolean
  /** The key that signs now. Null with public keys alone, and when `signingKeyFor` decides. */
  signingKey(): BoundKey | null
  /** The key that signs for one subject, when it depends on the subject. */
  signingKeyFor?(subject: string): Awaitable<BoundKey>
  /**
   * The keys that may have signed a token: of its algorithm and, when the token has one, of its `kid`. Empty when there
   * are none. Returns a promise when the keys have to be fetched; when it rejects, the token can't be verified now.
   */
  candidates(hint: KeyHint, token?: UnverifiedParts): Awaitable<readonly BoundKey[]>
  /** The public keys with which others verify our tokens, upcoming ones included. */
  publicKeys(): readonly BoundKey[]
}

/** Whether tokens can be issued. */
export function canSign(keyring: Keyring): boolean {
  return keyring.signingKeyFor !== undefined || keyring.signingKey() !== null
}

const NONE: readonly BoundKey[] = Object.freeze([])

interface KeyMaterial {
  /** Null when there is a public key alone. */
  readonly signing: KeyObject | null
  readonly verifying: KeyObject
  /** The option that errors name. */
  readonly option: 'secret' | 'privateKey' | 'publicKey'
}

/**
 * Creates the keyring of a secret or of one key pair. A path is read now.
 * @throws {OptionError} naming the option, for a key that is too short, does not fit its algorithm, or can't be read.
 */
export function createKeyring(options: KeyOptions): Keyring {
  const keys = resolveKeys(options)
  const material = readMaterial(keys)
  checkStrength(material)
  const algorithms = chooseAlgorithms(material, keys)
  const kid = deriveKeyId(material.verifying)
  const bind = (key: KeyObject, algorithm: Algorithm) => Object.freeze({ kid, algorithm, key })
  const { signing, verifying } = material
  const signingKey = signing === null ? null : bind(signing, algorithms.signs)
  const accepted = new Map(algorithms.accepted.map((alg) => [alg, Object.freeze([bind(verifying, alg)])]))
  return {
    version: 1,
    signingKey: () => signingKey,
    candidates: ({ alg, kid: named }) =>
      named === undefined || named === kid ? (accepted.get(alg) ?? NONE) : NONE,
    publicKeys: () => (verifying.type === 'secret' ? NONE : [...accepted.values()].flat()),
  }
}

function readMaterial(keys: KeyOptions): KeyMaterial {
  if (keys.secret !== undefined) {
    if (keys.privateKey !== undefined || keys.publicKey !== undefined) {
      throw new OptionError('secret', 'goes with neither privateKey nor publicKey; give one or the other')
    }
    const secret = readSecret(keys.secret)
    return { signing: secret, verifying: secret, option: 'secret' }
  }
  if (keys.privateKey === undefined) {
    if (keys.publicKey === undefined) throw new OptionError('secret', 'is missing, and there is no key pair')
    return { signing: null, verifying: readPublicKey(keys.publicKey), option: 'publicKey' }
  }
  const signing = readPrivateKey(keys.privateKey)
  const derived = createPublicKey(signing)
  if (keys.publicKey !== undefined && !derived.equals(readPublicKey(keys.publicKey))) {
    throw new OptionError('publicKey', 'does not belong to privateKey')
  }
  return { signing, verifying: derived, option: 'privateKey' }
}

function checkStrength({ verifying, option }: KeyMaterial): void {
  const weakness = verifying.type === 'secret' ? null : findWeakness(verifying)
  if (weakness !== null) throw new OptionError(option, weakness)
}

function chooseAlgorithms(material: KeyMaterial, keys: KeyOptions) {
  const { signing, verifying, option } = material
  const signs = keys.algorithm ?? defaultAlgorithm(verifying)
  if (signs === null) throw new OptionError(option, 'serves no algorithm')
  // The signing algorithm is always accepted too, as in Flask-JWT-Extended.
  const own = signing !== null || keys.algorithm !== undefined || keys.decodeAlgorithms === undefined
  const accepted = [...new Set([...(own ? [signs] : []), ...(keys.decodeAlgorithms ?? [])])]
  if (accepted.length === 0) throw new OptionError('decodeAlgorithms', 'is empty')
  for (const algorithm of accepted) {
    const misfit = findMisfit(verifying, algorithm)
    if (misfit !== null) throw new OptionError(blame(algorithm, verifying, keys), misfit)
  }
  if (signing !== null && !isPair(signing, verifying)) {
    throw new OptionError(option, 'is damaged: what it signs does not verify')
  }
  return { signs, accepted }
}

/** The option to change: the secret when it is only too short, otherwise the one that set the algorithm. */
function blame(algorithm: Algorithm, key: KeyObject, keys: KeyOptions): string {
  if (key.type === 'secret' && ALGORITHM_NEEDS[algorithm].keyKind === 'secret') return 'secret'
  return algorithm === keys.algorithm ? 'algorithm' : 'decodeAlgorithms'
}
