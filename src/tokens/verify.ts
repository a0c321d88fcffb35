import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims, TokenType } from '../base/claims.js'
import type { Clock } from '../base/clock.js'
import type { VerifyConfig } from '../base/options.js'
import type { BoundKey, Keyring, UnverifiedParts } from '../keys/keyring.js'
import { createTokenCache, type VerifiedToken } from './cache.js'
import { aheadSecondsOf } from './clock-skew.js'
import { type CompactToken, takeApart } from './compact.js'
import { checkSignature } from './jws.js'
import { parseStrictObject, type SealedObject } from './strict-json.js'
import { readFacts } from './token-facts.js'

/** The required token type. `any` accepts both (Flask-JWT-Extended's `verify_type=False`). */
export type ExpectedType = TokenType | 'any'

interface KnownBearer {
  /** The subject, from the identity claim, as text. */
  readonly subject: string
  readonly type: TokenType
  /** Deeply frozen, without prototype. */
  readonly claims: Claims
  /** Deeply frozen, without prototype. */
  readonly header: SealedObject
}

/** Valid now. Revocation is not checked here. */
export interface ValidToken extends KnownBearer {
  readonly kind: 'valid'
}

/** Valid except for the time. */
export interface ExpiredToken extends KnownBearer {
  readonly kind: 'expired'
}

/** Invalid. The reason is for the log, never for the caller. */
export interface InvalidToken {
  readonly kind: 'invalid'
  readonly reason: string
}

/** The keys could not be fetched, or our own clock went back. The cause is for the log. */
export interface UnjudgedToken {
  readonly kind: 'unavailable'
  readonly cause: unknown
}

export type Verdict = ValidToken | ExpiredToken | InvalidToken | UnjudgedToken

export interface Verifier {
  /**
   * Verifies a token: size and shape, `kid`, signature, `crit`, `typ`, `type`, subject, `iss`, `aud`, `nbf`, `iat`,
   * `exp`, in this order. Never throws and never rejects. Returns a promise only when the keyring does.
   */
  verify(raw: string, expected: ExpectedType): Awaitable<Verdict>
  /** Checks the times of a token that was valid before. */
  rejudge(token: ValidToken): ValidToken | ExpiredToken
}

export interface VerifierDependencies {
  readonly keyring: Keyring
  readonly config: VerifyConfig
  readonly clock: Clock
  /**
   * Whether this program issues the sessions' tokens itself. Then a token that is not valid yet shows that the clock
   * went back: an access token is `unavailable`, and a refresh token is checked by its row. @default false
   */
  readonly issuesTokens?: boolean
  /** Maximum memory for verified tokens, in bytes; 0 turns the cache off. @default 16 MiB, some 6,500 tokens */
  readonly cacheBytes?: number
}

const DEFAULT_CACHE_BYTES = 16 * 1024 * 1024
const TYP = /^(application\/)?(at\+)?jwt$/i

export function createVerifier(dependencies: VerifierDependencies): Verifier {
  const { keyring, config, clock, issuesTokens = false, cacheBytes = DEFAULT_CACHE_BYTES } = dependencies
  const cache = createTokenCache(keyring.isVolatile === true ? 0 : cacheBytes)
  const aheadSeconds = aheadSecondsOf(config)

  function verify(raw: string, expected: ExpectedType): Awaitable<Verdict> {
    const known = cache.find(raw, keyring.version)
    if (known !== null) return judge(known, expected)
    const parts = takeApart(raw)
    if (typeof parts === 'string') return invalid(parts)
    // Read before the keys: if they change meanwhile, the result is cached under the older version.
    const keysVersion = keyring.version
    try {
      const keys = keyring.candidates(parts.hint, unverified(parts))
      if (!isPromise(keys)) return judgeNew(raw, { parts, keys, keysVersion, expected })
      return keys.then((loaded) => judgeNew(raw, { parts, keys: loaded, keysVersion, expected }), unavailable)
    } catch (cause) {
      return unavailable(cause)
    }
  }

  function judgeNew(
    raw: string,
    found: { parts: CompactToken; keys: readonly BoundKey[]; keysVersion: number; expected: ExpectedType },
  ): Verdict {
    const { parts, keys, keysVersion, expected } = found
    if (keys.length === 0) return invalid('no key for this alg and kid')
    const problem = findSignatureProblem(raw, keys)
    if (problem !== null) return invalid(problem)
    const token = readVerified(parts)
    if (typeof token === 'string') return invalid(token)
    cache.store(raw, keysVersion, token)
    return judge(token, expected)
  }

  function readVerified({ header, payload }: CompactToken): VerifiedToken | string {
    // RFC 7515 §4.1.11: no extension is supported, so every token that requires one is refused.
    if (header.crit !== undefined) return 'crit: an extension that we do not know'
    const { typ } = header
    if (typ !== undefined && !(typeof typ === 'string' && TYP.test(typ))) return 'typ: neither JWT nor at+jwt'
    const claims = parseStrictObject(payload)
    if (claims.kind === 'refused') return `payload: ${claims.reason}`
    const facts = readFacts(claims.value, config)
    return typeof facts === 'string' ? facts : { ...facts, header }
  }

  function judge(token: VerifiedToken, expected: ExpectedType): Verdict {
    const { subject, type, claims, header } = token
    if (expected !== 'any' && type !== expected) return invalid(`type: ${type}, not ${expected}`)
    const now = clock.now() / 1000
    const problem = findWrongParty(token, config)
    if (problem !== null) return invalid(problem)
    const early = findEarly(claims, now + aheadSeconds)
    if (early !== null && !(issuesTokens && isOfSession(claims))) return invalid(early)
    // Our own clock went back. A refresh token is checked by its row, whatever the clock says.
    if (early !== null && type === 'access') return unavailable(`${early}: the clock went back`)
    if (claims.exp === undefined && !config.allowNoExpiry) return invalid('exp: absent')
    return { kind: isPast(claims, now) ? 'expired' : 'valid', subject, type, claims, header }
  }

  /** RFC 7519 §4.1.4: refused from the second of `exp` on. */
  function isPast({ exp }: Claims, now: number): boolean {
    return exp !== undefined && now >= exp + config.leewaySeconds
  }

  function rejudge(token: ValidToken): ValidToken | ExpiredToken {
    return isPast(token.claims, clock.now() / 1000) ? { ...token, kind: 'expired' } : token
  }

  return { verify, rejudge }
}

function unverified({ header, payload }: CompactToken): UnverifiedParts {
  return {
    header,
    claims() {
      const claims = parseStrictObject(payload)
      return claims.kind === 'refused' ? null : claims.value
    },
  }
}

function findSignatureProblem(raw: string, keys: readonly BoundKey[]): string | null {
  let problem = 'the signature does not match'
  for (const key of keys) {
    const check = checkSignature(raw, key)
    if (check === 'good') return null
    if (check === 'unreadable') problem = 'the signature or the payload cannot be read'
  }
  return problem
}

function findWrongParty({ claims, audiences }: VerifiedToken, config: VerifyConfig): string | null {
  const { iss } = claims
  if (config.issuers.length > 0 && (iss === undefined || !config.issuers.includes(iss)))
    return 'iss: not ours'
  if (audiences === null) return config.audiences.length === 0 ? null : 'aud: absent'
  return audiences.some((one) => config.audiences.includes(one)) ? null : 'aud: not ours'
}

function findEarly({ nbf, iat }: Claims, latest: number): string | null {
  if (nbf !== undefined && nbf > latest) return 'nbf: not yet'
  if (iat !== undefined && iat > latest) return 'iat: issued in the future'
  return null
}

/** Every session token of ours has both claims. */
function isOfSession({ jti, sid }: Claims): boolean {
  return jti !== undefined && sid !== undefined
}

function invalid(reason: string): InvalidToken {
  return { kind: 'invalid', reason }
}

function unavailable(cause: unknown): UnjudgedToken {
  return { kind: 'unavailable', cause }
}
