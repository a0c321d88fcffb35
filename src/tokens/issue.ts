import type { Awaitable } from '../base/awaitable.js'
import { RESERVED_CLAIMS, type TokenType } from '../base/claims.js'
import { toSeconds } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import { isName } from '../base/is-name.js'
import type { TokenConfig, VerifyConfig } from '../base/options.js'
import { type BoundKey, canSign, type Keyring } from '../keys/keyring.js'
import { MAX_TOKEN_LENGTH } from './compact.js'
import { readJsonObject } from './json-object.js'
import { signCompact } from './jws.js'
import { parseStrictObject } from './strict-json.js'
import { isTime } from './token-facts.js'

/** What goes into one token. The caller has chosen ids and times, so that a lost token can be signed again. */
export interface IssueInput {
  readonly type: TokenType
  /** Whom the token names: text, not empty, without U+0000. */
  readonly subject: string
  readonly jti: string
  readonly issuedAt: Date
  /** Null: it never expires. */
  readonly expiresAt: Date | null
  /** Whether the password was given for this token; a Date: until then it counts as fresh. */
  readonly fresh: boolean | Date
  readonly sessionId?: string
  readonly csrf?: string
  /** When the password was last given. */
  readonly authTime?: Date
  readonly roles?: readonly string[]
  /** Of an access token: the account's version. */
  readonly accountVersion?: number
  /** Further claims; none that Sallyport sets itself. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** The key that signs it. By default the keyring's. */
  readonly key?: BoundKey
  /** Further header parameters, in ASCII; of the registered ones only `typ`, as `JWT` or `at+jwt` (RFC 9068). */
  readonly headers?: Readonly<Record<string, unknown>>
}

export interface Issuer {
  /**
   * Signs a token. The same input gives the same claims, whenever it is signed. Throws `TypeError`, naming what is
   * wrong, for a subject that is no text, a claim or header that the caller may not set, or a token that becomes too
   * long to be accepted.
   */
  issue(input: IssueInput): string
  /** The key of one subject, to be given to `issue`; undefined: the keyring's own. Asked before anything is written. */
  keyFor(subject: string): Awaitable<BoundKey | undefined>
}

export interface IssuerDependencies {
  readonly keyring: Keyring
  readonly config: Pick<TokenConfig, 'encodeIssuer' | 'encodeAudiences' | 'encodeNbf'> &
    Pick<VerifyConfig, 'identityClaim'>
}

/** Every header parameter of RFC 7515 §4.1 but `typ`, and what else changes how a token is read. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'alg',
  'kid',
  'crit',
  'b64',
  'jku',
  'jwk',
  'x5u',
  'x5c',
  'x5t',
  'x5t#S256',
  'cty',
  'enc',
  'zip',
  '__proto__',
])

/** Throws `OptionError` when the keyring has no key that signs. */
export function createIssuer({ keyring, config }: IssuerDependencies): Issuer {
  if (!canSign(keyring)) throw noKey()
  const { identityClaim } = config
  if (identityClaim !== 'sub' && RESERVED_CLAIMS.has(identityClaim)) {
    throw new OptionError('identityClaim', `${identityClaim} has another meaning already`)
  }
  return {
    keyFor: (subject) => keyring.signingKeyFor?.(subject),

    issue(input) {
      checkNames(input)
      const claims = readJsonObject('claims', input.claims ?? {})
      checkClaims(claims, identityClaim)
      const payload = JSON.stringify({ ...claims, ...ownClaims(input, config) })
      const header = checkHeaders({ typ: 'JWT', ...readJsonObject('headers', input.headers ?? {}) })
      const readable = parseStrictObject(Buffer.from(payload))
      if (readable.kind === 'refused') throw new TypeError(`the claims are ${readable.reason}`)
      const raw = signCompact({ payload, header, key: input.key ?? requireSigningKey(keyring) })
      // We would refuse it ourselves.
      if (raw.length > MAX_TOKEN_LENGTH)
        throw new TypeError(`the token exceeds ${MAX_TOKEN_LENGTH} characters`)
      return raw
    },
  }
}

function requireSigningKey(keyring: Keyring) {
  const key = keyring.signingKey()
  if (key === null) throw noKey()
  return key
}

function noKey(): OptionError {
  return new OptionError('privateKey', 'is missing, and without it no token can be issued')
}

function ownClaims(input: IssueInput, config: IssuerDependencies['config']): Record<string, unknown> {
  const iat = secondsOf('issuedAt', input.issuedAt)
  return {
    [config.identityClaim]: input.subject,
    jti: input.jti,
    type: input.type,
    fresh: input.fresh instanceof Date ? secondsOf('fresh', input.fresh) : input.fresh,
    iat,
    nbf: config.encodeNbf ? iat : undefined,
    exp: input.expiresAt === null ? undefined : secondsOf('expiresAt', input.expiresAt),
    csrf: input.csrf,
    sid: input.sessionId,
    auth_time: input.authTime === undefined ? undefined : secondsOf('authTime', input.authTime),
    roles: input.roles,
    account_version: input.accountVersion,
    iss: config.encodeIssuer ?? undefined,
    // RFC 7519 §4.1.3: one audience may be written without the list.
    aud: config.encodeAudiences.length > 1 ? config.encodeAudiences : config.encodeAudiences[0],
  }
}

function secondsOf(name: string, time: Date): number {
  const seconds = toSeconds(time.getTime())
  if (!isTime(seconds)) throw new TypeError(`${name} is not a time between 1970 and 9999`)
  return seconds
}

/** At run time too: a caller without types may hand on a number, or what a client sent. */
function checkNames(input: IssueInput): void {
  for (const name of ['subject', 'jti', 'sessionId', 'csrf'] as const) {
    const value: unknown = input[name]
    if (value === undefined && (name === 'sessionId' || name === 'csrf')) continue
    if (!isName(value)) throw new TypeError(`${name} must be text, not empty and without U+0000`)
  }
}

function checkClaims(claims: Readonly<Record<string, unknown>>, identityClaim: string): void {
  for (const name of Object.keys(claims)) {
    if (RESERVED_CLAIMS.has(name) || name === identityClaim || name === '__proto__') {
      throw new TypeError(`the claim ${name} is set by Sallyport alone`)
    }
  }
}

function checkHeaders(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const name of Object.keys(headers)) {
    if (RESERVED_HEADERS.has(name)) throw new TypeError(`the header ${name} is set by Sallyport alone`)
  }
  if (headers.typ !== 'JWT' && headers.typ !== 'at+jwt')
    throw new TypeError('the header typ must be JWT or at+jwt')
  // The library that signs writes each character of the header as one byte.
  if (!/^[\x20-\x7e]*$/.test(JSON.stringify(headers))) throw new TypeError('headers must be ASCII')
  return headers
}
