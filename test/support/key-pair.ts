import { generateKeyPairSync } from 'node:crypto'

export interface KeyPair {
  /** PEM, PKCS #8. */
  readonly privateKey: string
  /** PEM, SPKI. */
  readonly publicKey: string
}

/** A new key pair, for RS256 or ES256. */
export function makeKeyPair(kind: 'rsa' | 'ec'): KeyPair {
  const { privateKey, publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  }
}
