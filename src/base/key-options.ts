import type { KeyObject } from 'node:crypto'
import type { Duration } from './options.js'

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
   * The HMAC secret: at least as long as the algorithm's hash (32 bytes for HS256), and random. Words, sequences and
   * repeats are refused in production, and logged as a warning elsewhere. Without a secret and a key pair, one is created in
   * `dataDir`; in production the start is refused instead.
   */
  secret?: string | Uint8Array
  /** The private key that signs: RSA from 2,048 bits, or EC on the algorithm's curve. */
  privateKey?: string | KeyObject
  /** The public key that verifies. By default it is derived from the private key. */
  publicKey?: string | KeyObject
  /**
   * The algorithm that signs. By default HS256 with a secret, RS256 with an RSA key, and with an EC key the one of its
   * curve.
   */
  algorithm?: Algorithm
  /** The algorithms accepted in a token; each must fit the key. By default the one that signs. */
  decodeAlgorithms?: readonly Algorithm[]
}

/** Keys that several instances share, and that change while they run: see `sallyport keys --help`. */
export interface KeyFolderOptions {
  /**
   * The folder of the keys, in place of `secret`, `privateKey` and `publicKey`. Each file is a JWK with `kid`, `alg`
   * and `activeFrom`, with mode 0600, or readable for the group; links within the folder are followed. The newest
   * active key signs, and all keys that are not retired verify. An invalid file stops the start. Later, it is logged by
   * name, and the keys read before stay in force.
   */
  keysDir?: string
  /**
   * How often the folder is read, besides on SIGHUP. A removed key is accepted for that long. Use the same value for
   * every instance and for the command line, which computes from it when a key may sign.
   */
  keysReloadInterval?: Duration
}

/** Another issuer's keys, fetched over the network. For verification alone: no tokens are issued, and no accounts are created. */
export interface RemoteKeyOptions {
  /**
   * The address of the issuer's public keys (a JWK Set, RFC 7517 §5): https, or http on the loopback. In place of
   * `secret`, `privateKey` and `publicKey`; set `issuer` and `audience` too. A key serves its `alg`; without one, those
   * of `decodeAlgorithms` that fit it, by default RS256 or its curve's algorithm. The set is fetched at the first
   * token, when its `Cache-Control` says so (10 minutes by default; at least a minute, at most an hour), and for an
   * unknown `kid` (every 30 s at most). While fetches fail, the loaded keys stay in force; a set without a usable key
   * replaces them only after 5 minutes. Keys may share a `kid`: the algorithm selects among them, and all of one
   * algorithm are tried.
   */
  jwksUrl?: string | URL
}

/** `KeyFolderOptions`, resolved. */
export interface KeyFolderConfig {
  readonly keysDir: string | null
  readonly reloadSeconds: number
}
