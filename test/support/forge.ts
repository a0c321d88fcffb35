import { constants, createHmac, type KeyObject, sign } from 'node:crypto'

/** Compact JWS by hand: whatever a library would refuse to make. */
export type Part = string | Buffer | object

/** A text or bytes go in as they are, anything else as JSON. */
export function encode(part: Part): string {
  const bytes = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)
  return Buffer.from(bytes).toString('base64url')
}

/** Answers the signature of a signing input. */
export type Signer = (input: string) => Buffer

export function hmac(hash: 'sha256' | 'sha384' | 'sha512', secret: string | Buffer): Signer {
  return (input) => createHmac(hash, secret).update(input).digest()
}

export function rsa(hash: string, key: KeyObject): Signer {
  return (input) => sign(hash, Buffer.from(input), key)
}

export function pss(hash: string, key: KeyObject): Signer {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return (input) =>
    sign(hash, Buffer.from(input), { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
}

export function ecdsa(hash: string, key: KeyObject): Signer {
  return (input) => sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

/** Header and payload as parts, signed. */
export function forge(header: Part, payload: Part, signer: Signer): string {
  return signText(`${encode(header)}.${encode(payload)}`, signer)
}

/** Two parts that are encoded already, signed as they stand. */
export function signText(input: string, signer: Signer): string {
  return `${input}.${signer(input).toString('base64url')}`
}

/** The same bytes in base64url whose last character has other unused bits; the text itself when it has none. */
export function respell(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  if (part.length % 4 === 0) return part
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.slice(-1)) ^ 1]
}
