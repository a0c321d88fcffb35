import type { BoundKey } from '../keys/keyring.js'
import { JWKS_MAX_AGE_SECONDS } from '../keys/rotation.js'
import type { PlainAnswer } from './http-refusal.js'

const PATH = '/.well-known/jwks.json'

/**
 * The JWK Set (RFC 7517 §5) by which others verify our tokens: public keys alone, also those that will sign only later.
 * It may be kept for as long as a rotation waits.
 */
export function createKeySet(publicKeys: () => readonly BoundKey[]): (path: string) => PlainAnswer | null {
  return (path) => {
    if (path !== PATH) return null
    const keys = publicKeys().map(({ kid, algorithm: alg, key }) => ({
      ...key.export({ format: 'jwk' }),
      kid,
      alg,
      use: 'sig',
    }))
    return {
      status: 200,
      headers: {
        'content-type': 'application/jwk-set+json',
        'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
        vary: 'accept-encoding',
      },
      body: JSON.stringify({ keys }),
    }
  }
}
