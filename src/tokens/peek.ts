import { takeApart } from './compact.js'
import { parseStrictObject, type SealedObject } from './strict-json.js'

/** The unverified contents of a token. */
export interface UnverifiedToken {
  readonly unverifiedHeader: SealedObject
  readonly unverifiedClaims: SealedObject
}

/**
 * Decodes a token **without verifying it**: anyone may have written the result. Use it to show a token to its bearer,
 * or to choose a key. Returns null when it is no compact JWS of JSON objects.
 * @example
 * const { claims } = peekToken(token) ?? {}
 */
export function peekUnverified(raw: string): UnverifiedToken | null {
  const parts = takeApart(raw)
  if (typeof parts === 'string') return null
  const claims = parseStrictObject(parts.payload)
  if (claims.kind === 'refused') return null
  return { unverifiedHeader: parts.header, unverifiedClaims: claims.value }
}
