import { createHash, createHmac, type KeyObject } from 'node:crypto'

// The label keeps this apart from every JWS signing input, which has a dot in it.
const SECRET_LABEL = 'sallyport key id 1'
const SECRET_ID_BYTES = 12

/**
 * The `kid` of a key: the same wherever the key is loaded. For a public or private key its RFC 7638 thumbprint;
 * for a secret a truncated HMAC under it, which says no more of the secret than any token signed with it.
 */
export function deriveKeyId(key: KeyObject): string {
  if (key.type === 'secret') {
    const mac = createHmac('sha256', key).update(SECRET_LABEL).digest()
    return mac.subarray(0, SECRET_ID_BYTES).toString('base64url')
  }
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' })
  // RFC 7638 §3.2: the required members only, in this order, without white space.
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
