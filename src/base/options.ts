import type { KeyObject } from 'node:crypto'
import type { Clock } from './clock.js'
import type { Logger } from './logger.js'

/** A span of time: seconds as a number, or a text such as `90s`, `15m`, `12h`, `30d`. */
export type Duration = number | string

/** The signature algorithms (RFC 7518 §3.1). A key is bound to one. */
export type Algorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'

/** The keys: how tokens are signed and verified. */
export interface KeyOptions {
  /**
   * The HMAC secret, as text or bytes: at least as long as the algorithm's hash (32 bytes for HS256). The server makes
   * one in `dataDir` when there is neither this nor a key pair; with `production` it asks for one instead.
   */
  secret?: string | Uint8Array
  /** The private key that signs: PEM, or the path of a PEM file. RSA from 2,048 bits, or EC on the algorithm's curve. */
  privateKey?: string | KeyObject
  /** The public key that verifies: PEM, or the path of a PEM file. Derived from the private key when absent. */
  publicKey?: string | KeyObject
  /**
   * The algorithm that signs. By default HS256 with a secret, RS256 with an RSA key, and with an EC key the one of its
   * curve.
   */
  algorithm?: Algorithm
  /** The algorithms accepted in a token; each must fit the key. By default the one that signs. */
  decodeAlgorithms?: readonly Algorithm[]
}

/** What a token must be to be accepted. */
export interface VerifyOptions {
  /** The `iss` that a token must have, one of these (RFC 7519 §4.1.1). By default any. */
  issuer?: string | readonly string[]
  /**
   * The audience that we are: a token's `aud` must name one of these (RFC 7519 §4.1.3). By default none, and then a
   * token that has an `aud` is refused.
   */
  audience?: string | readonly string[]
  /** How long after its `exp` a token is still taken, for clocks that differ. `nbf` and `iat` have at least 10 s. */
  leeway?: Duration
  /** The claim that names the user. */
  identityClaim?: string
  /** Whether that claim must be text. Off, a number is taken too, as text. */
  verifySubject?: boolean
  /** Whether a token without `exp` is accepted. By default only where one of our own token lives is `false`. */
  allowNoExpiry?: boolean
  /** How long after `auth_time` a token without a `fresh` claim, from another issuer, counts as fresh. */
  freshFor?: Duration
  /** The request header that carries the token. */
  headerName?: string
  /** The scheme before the token in the header, in any case. Empty: the header is the token alone. */
  headerType?: string
  /** Where the time comes from; for tests. Given, it replaces the database's clock too. */
  clock?: Clock
}

/** `VerifyOptions`, resolved. */
export interface VerifyConfig {
  readonly issuers: readonly string[]
  readonly audiences: readonly string[]
  readonly leewaySeconds: number
  readonly identityClaim: string
  readonly verifySubject: boolean
  readonly allowNoExpiry: boolean
  readonly freshForSeconds: number
  /** Lower case. */
  readonly headerName: string
  readonly headerType: string
}
