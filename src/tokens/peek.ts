import { takeApart } from './compact.js'
import { parseStrictObject, type SealedObject } from './strict-json.js'

/** What a token says of itself, and anybody can write. */
export interface UnverifiedToken {
  readonly unverifiedHeader: SealedObject
  readonly unverifiedClaims: SealedObject
}

/**
 * Decodes a token **without verifying it**: nothing in the answer may be believed. For showing a token to its bearer, or
 * choosing a key. Null when it is no compact JWS of JSON objects.
 */
export function peekUnverified(raw: string): UnverifiedToken | null {
  const parts = takeApart(raw)
  if (typeof parts === 'string') return null
  const claims = parseStrictObject(parts.payload)
  if (claims.kind === 'refused') return null
  return { unverifiedHeader: parts.header, unverifiedClaims: claims.value }
}
