// The only file that knows jsonwebtoken. It is given a KeyObject and one algorithm, always: a text as key costs 46 times
// as much, and lets the token choose what the key is used for.
import jwt from 'jsonwebtoken'
import type { BoundKey } from '../keys/keyring.js'

export interface SignInput {
  /** JSON; signed as it stands. */
  readonly payload: string
  /** Beside `alg` and `kid`. */
  readonly header: Readonly<Record<string, unknown>>
  readonly key: BoundKey
}

/** The compact JWS. */
export function signCompact({ payload, header, key }: SignInput): string {
  const { algorithm, kid } = key
  // As an object, the payload would have its `iat` replaced by the wall clock where it is 0 or absent.
  return jwt.sign(payload, key.key, { algorithm, header: { ...header, alg: algorithm, kid } })
}

/** `unreadable`: it threw over what the token holds, perhaps before it came to the signature. */
export type SignatureCheck = 'good' | 'bad' | 'unreadable'

/** Whether the signature of a compact JWS is this key's, by this key's algorithm. Never throws. */
export function checkSignature(raw: string, { key, algorithm }: BoundKey): SignatureCheck {
  try {
    jwt.verify(raw, key, { algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true })
    return 'good'
  } catch (error) {
    // Plain errors come for a payload that is no JSON or null, and for an ES signature of a wrong length.
    return error instanceof jwt.JsonWebTokenError ? 'bad' : 'unreadable'
  }
}
