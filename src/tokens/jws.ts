// The only file that imports jsonwebtoken. It always passes a KeyObject and one algorithm: a key as text costs 46 times
// as much, and lets the token choose the algorithm.
import jwt from 'jsonwebtoken'
import type { BoundKey } from '../keys/keyring.js'

export interface SignInput {
  /** JSON, signed byte for byte. */
  readonly payload: string
  /** Header parameters besides `alg` and `kid`. */
  readonly header: Readonly<Record<string, unknown>>
  readonly key: BoundKey
}

/** Signs, and returns the compact JWS. */
export function signCompact({ payload, header, key }: SignInput): string {
  const { algorithm, kid } = key
  // Passed as text: in an object, jsonwebtoken replaces an `iat` of 0 by the current time.
  return jwt.sign(payload, key.key, { algorithm, header: { ...header, alg: algorithm, kid } })
}

/** `unreadable`: the library threw because of the token's contents, perhaps before it checked the signature. */
export type SignatureCheck = 'good' | 'bad' | 'unreadable'

/** Whether the signature of a compact JWS is from this key, by this key's algorithm. Never throws. */
export function checkSignature(raw: string, { key, algorithm }: BoundKey): SignatureCheck {
  try {
    jwt.verify(raw, key, { algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true })
    return 'good'
  } catch (error) {
    // Plain errors mean a payload that is no JSON or null, or an ES signature of a wrong length.
    return error instanceof jwt.JsonWebTokenError ? 'bad' : 'unreadable'
  }
}
