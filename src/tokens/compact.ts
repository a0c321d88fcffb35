import { isAlgorithm } from '../keys/algorithms.js'
import type { KeyHint } from '../keys/keyring.js'
import { parseStrictObject, type SealedObject } from './strict-json.js'

/** The longest accepted token, in characters: Node's own limit for all headers of a request. */
export const MAX_TOKEN_LENGTH = 16 * 1024

/** The decoded parts of a compact JWS (RFC 7515 §3.1). Nothing is verified. */
export interface CompactToken {
  readonly header: SealedObject
  readonly hint: KeyHint
  readonly payload: Buffer
}

const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Decodes a token. Returns the reason, for the log, when it is no compact JWS. */
export function takeApart(raw: string): CompactToken | string {
  if (raw.length > MAX_TOKEN_LENGTH) return `longer than ${MAX_TOKEN_LENGTH} characters`
  if (!SHAPE.test(raw)) return 'not three parts of base64url'
  const headerEnd = raw.indexOf('.')
  const payloadEnd = raw.lastIndexOf('.')
  const headerBytes = decodeCanonical(raw.slice(0, headerEnd))
  const payload = decodeCanonical(raw.slice(headerEnd + 1, payloadEnd))
  const signature = decodeCanonical(raw.slice(payloadEnd + 1))
  if (headerBytes === null || payload === null || signature === null) return 'base64url in a second form'

  const header = parseStrictObject(headerBytes)
  if (header.kind === 'refused') return `header: ${header.reason}`
  const { alg, kid } = header.value
  if (!isAlgorithm(alg)) return 'alg: none that we know'
  if (kid !== undefined && typeof kid !== 'string') return 'kid: not text'
  return { header: header.value, hint: kid === undefined ? { alg } : { alg, kid }, payload }
}

/**
 * Null unless the text is the canonical encoding of its bytes. Otherwise one token could be presented in several forms.
 */
function decodeCanonical(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : null
}
