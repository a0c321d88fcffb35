import { type Awaitable, isPromise } from '../base/awaitable.js'
import { refuseUnknownOptions } from '../base/check-options.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm, KeyOptions } from '../base/key-options.js'
import { type BoundKey, createKeyring, type Keyring } from './keyring.js'

/** A key for `KeyFunctions`, bound to one algorithm. Only `createKey` makes one. */
export interface TokenKey {
  readonly kid: string
  readonly algorithm: Algorithm
}

/** Keys that the host application chooses for each token, for example one for each tenant. */
export interface KeyFunctions {
  /**
   * Returns the keys that may have signed a token with this header and these claims. **Neither is verified**: use them
   * to choose a key and for nothing else. Null or an empty list makes the token invalid. When it throws, or returns
   * anything but keys of `createKey`, the request is refused with `UNAVAILABLE`. Return a promise only if you have to:
   * it delays each request.
   */
  find(
    header: Readonly<Record<string, unknown>>,
    claims: Readonly<Record<string, unknown>>,
  ): Awaitable<TokenKey | readonly TokenKey[] | null>
  /** Returns the key that signs the tokens of this subject. Without this function no tokens are issued. */
  sign?(subject: string): Awaitable<TokenKey>
}

export type TokenKeyOptions = Pick<KeyOptions, 'secret' | 'privateKey' | 'publicKey' | 'algorithm'> & {
  /** The key's name in the header of its tokens. @default a hash of the key */
  readonly kid?: string
}

interface Halves {
  readonly signing: BoundKey | null
  readonly verifying: BoundKey
}

const MADE = new WeakMap<object, Halves>()
const NONE: readonly BoundKey[] = Object.freeze([])

/**
 * Makes a key for `keys.find` and `keys.sign`. Make it once, not at each request.
 * @throws {OptionError} naming the option, for a key that is weak, damaged, or does not fit its algorithm.
 * @example
 * const acme = createKey({ kid: 'acme', secret: process.env.ACME_SECRET })
 */
export function createKey(options: TokenKeyOptions): TokenKey {
  refuseUnknownOptions(options, ['kid', 'secret', 'privateKey', 'publicKey', 'algorithm'])
  const { kid, secret, privateKey, publicKey, algorithm } = options
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) {
    throw new OptionError('kid', 'must be a text that is not empty')
  }
  const ring = createKeyring({ secret, privateKey, publicKey, algorithm })
  const signing = ring.signingKey()
  const verifying = ring.publicKeys()[0] ?? signing
  if (verifying === null) throw new OptionError('algorithm', 'is for no such key')
  const named = (key: BoundKey): BoundKey => Object.freeze({ ...key, kid: kid ?? key.kid })
  const made = Object.freeze({ kid: kid ?? verifying.kid, algorithm: verifying.algorithm })
  MADE.set(made, { signing: signing && named(signing), verifying: named(verifying) })
  return made
}

/**
 * Creates the keyring of a host's functions.
 * @throws {OptionError} when they are not functions.
 */
export function createFunctionKeyring(functions: KeyFunctions): Keyring {
  const { find, sign } = checkFunctions(functions)
  return {
    version: 1,
    // The host may withdraw a key at any time, so it is asked at each use.
    isVolatile: true,
    signingKey: () => null,
    ...(sign === undefined
      ? {}
      : { signingKeyFor: (subject: string) => later(sign(subject), requireSigning) }),
    candidates({ alg }, token) {
      const claims = token?.claims() ?? null
      if (token === undefined || claims === null) return NONE
      // The key's own algorithm decides, never the token's header (RFC 8725 §3.1).
      return later(find(token.header, claims), (found) =>
        readFound(found).filter((key) => key.algorithm === alg),
      )
    },
    // Each key may belong to another tenant, so none is published.
    publicKeys: () => NONE,
  }
}

function later<T, U>(value: Awaitable<T>, then: (value: T) => U): Awaitable<U> {
  return isPromise(value) ? value.then(then) : then(value)
}

function readFound(found: unknown): readonly BoundKey[] {
  if (found === null) return NONE
  return (Array.isArray(found) ? found : [found]).map((key) => requireMade('find', key).verifying)
}

function requireSigning(key: unknown): BoundKey {
  const { signing } = requireMade('sign', key)
  if (signing === null) throw new TypeError('keys.sign answered a public key, which cannot sign')
  return signing
}

function requireMade(name: string, key: unknown): Halves {
  const made = typeof key === 'object' && key !== null ? MADE.get(key) : undefined
  if (made === undefined) throw new TypeError(`keys.${name} must answer what createKey made`)
  return made
}

function checkFunctions(given: unknown): KeyFunctions {
  if (typeof given !== 'object' || given === null)
    throw new OptionError('keys', 'must be an object with `find`')
  refuseUnknownOptions(given, ['find', 'sign'], 'keys')
  const { find, sign } = given as Record<string, unknown>
  if (typeof find !== 'function') throw new OptionError('keys', '`find` must be a function')
  if (sign !== undefined && typeof sign !== 'function')
    throw new OptionError('keys', '`sign` must be a function')
  return given as KeyFunctions
}
