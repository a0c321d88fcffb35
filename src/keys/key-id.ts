import { createHash, createHmac, type KeyObject } from 'node:crypto'

// The label separates this MAC from every JWS signing input, which contains a dot.
const SECRET_LABEL = 'sallyport key id 1'
const SECRET_ID_BYTES = 12

/**
 * Derives the `kid` of a key: the same on every instance. For a public or private key it is the RFC 7638 thumbprint.
 * For a secret it is a truncated HMAC, which reveals no more of the secret than any token signed with it.
 */
export function deriveKeyId(key: KeyObject): string {
  if (key.type === 'secret') {
    const mac = createHmac('sha256', key).update(SECRET_LABEL).digest()
    return mac.subarray(0, SECRET_ID_BYTES).toString('base64url')
  }
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' })
  // RFC 7638 §3.2: only the required members, in this order, without white space.
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
