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
   * The HMAC secret: at least as long as the algorithm's hash (32 bytes for HS256), and drawn at
   * random: words, sequences and repeats are refused in production, and warned of elsewhere. When there is neither this nor a key
   * pair, one is made in `dataDir`; in `production` the start is refused instead.
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
   * The folder of the keys, in place of `secret`, `privateKey` and `publicKey`: a file for each, a JWK with `kid`, `alg` and
   * `activeFrom`, mode 0600, or readable for the group too; links within the folder are followed. The newest that is
   * active signs, all that are not retired verify. A file that is wrong is named: it stops the start, and later leaves the
   * keys read before in force.
   */
  keysDir?: string
  /**
   * How often the folder is read again, beside SIGHUP. So long a key that was removed is still taken. The same for every
   * instance and for the command line, which works out from it when a key may sign.
   */
  keysReloadInterval?: Duration
}

/** The keys of another issuer, read over the network. For verification alone: no token is issued, and nobody signs up. */
export interface RemoteKeyOptions {
  /**
   * Where the issuer of the tokens publishes its public keys (a JWK Set, RFC 7517 §5): https, or http on the loopback. In
   * place of `secret`, `privateKey` and `publicKey`; `issuer` and `audience` must be given with it. A key serves its
   * `alg`; without one, those of `decodeAlgorithms` that it fits, by default RS256 or that of its curve. Read at the first
   * token, and again when its `Cache-Control` says so (after 10 minutes without; at least a minute, at most an hour), or
   * when a token names a key that is not there (every 30 s at most). While it cannot be read, the keys read before stay
   * in force; a set without a usable key counts as one that cannot be read for 5 minutes. Keys may share a `kid`: the
   * algorithm tells them apart, and those of one algorithm are all tried.
   */
  jwksUrl?: string | URL
}

/** `KeyFolderOptions`, resolved. */
export interface KeyFolderConfig {
  readonly keysDir: string | null
  readonly reloadSeconds: number
}
