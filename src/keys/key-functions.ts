import { type Awaitable, isPromise } from '../base/awaitable.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm, KeyOptions } from '../base/key-options.js'
import { type BoundKey, createKeyring, type Keyring } from './keyring.js'

/** A key as a host's functions hand it out: bound to one algorithm, and made by `createKey` alone. */
export interface TokenKey {
  readonly kid: string
  readonly algorithm: Algorithm
}

/** Keys of a host's own choice, such as one for each tenant: Flask-JWT-Extended's encode-key and decode-key loaders. */
export interface KeyFunctions {
  /**
   * The keys that may have signed a token that says this of itself. **Nothing of it is verified**: it is good for choosing,
   * and for nothing else. Null or an empty list: none, and the token is invalid. When it throws, or answers anything but
   * keys of `createKey`, no token is let in (`UNAVAILABLE`). A promise only where it must be.
   */
  find(
    header: Readonly<Record<string, unknown>>,
    claims: Readonly<Record<string, unknown>>,
  ): Awaitable<TokenKey | readonly TokenKey[] | null>
  /** The key that signs the tokens of whom they name. Absent: none is issued. */
  sign?(subject: string): Awaitable<TokenKey>
}

export type TokenKeyOptions = Pick<KeyOptions, 'secret' | 'privateKey' | 'publicKey' | 'algorithm'> & {
  /** Its name, in the header of what it signs. By default derived from the key. */
  readonly kid?: string
}

interface Halves {
  readonly signing: BoundKey | null
  readonly verifying: BoundKey
}

const MADE = new WeakMap<object, Halves>()
const NONE: readonly BoundKey[] = Object.freeze([])

/**
 * A key for `keys.find` and `keys.sign`: make it once, not at each request. Throws `OptionError` naming the option for a
 * key that is weak, damaged, or not for its algorithm.
 */
export function createKey({ kid, secret, privateKey, publicKey, algorithm }: TokenKeyOptions): TokenKey {
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

/** The keyring of a host's functions. Throws `OptionError` where they are none. */
export function createFunctionKeyring(functions: KeyFunctions): Keyring {
  const { find, sign } = checkFunctions(functions)
  return {
    version: 1,
    // The host may take a key back at any time, and says so only when it is asked.
    isVolatile: true,
    signingKey: () => null,
    ...(sign === undefined
      ? {}
      : { signingKeyFor: (subject: string) => later(sign(subject), requireSigning) }),
    candidates({ alg }, token) {
      const claims = token?.claims() ?? null
      if (token === undefined || claims === null) return NONE
      // The algorithm is the key's, whatever the token says.
      return later(find(token.header, claims), (found) =>
        readFound(found).filter((key) => key.algorithm === alg),
      )
    },
    // Each of them is somebody's, and not all are to be seen together.
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
  const { find, sign, ...rest } = given as Record<string, unknown>
  if (typeof find !== 'function') throw new OptionError('keys', '`find` must be a function')
  if (sign !== undefined && typeof sign !== 'function')
    throw new OptionError('keys', '`sign` must be a function')
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined)
    throw new OptionError('keys', `has ${JSON.stringify(unknown)}, which nobody calls`)
  return given as KeyFunctions
}
