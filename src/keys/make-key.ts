import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Algorithm } from '../base/key-options.js'
import { ALGORITHM_NEEDS } from './algorithms.js'

const RSA_BITS = 2048

/** Generates a secret or a private key for an algorithm. */
export function makeKey(algorithm: Algorithm): KeyObject {
  const { keyKind, curve, hashBytes } = ALGORITHM_NEEDS[algorithm]
  if (keyKind === 'secret') return createSecretKey(randomBytes(hashBytes))
  if (keyKind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: RSA_BITS }).privateKey
  return generateKeyPairSync('ec', { namedCurve: curve ?? '' }).privateKey
}
