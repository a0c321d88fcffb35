import { systemClock } from '../base/clock.js'
import { chooseLogger } from '../base/console-log.js'
import { OptionError } from '../base/errors.js'
import type { KeyOptions, RemoteKeyOptions } from '../base/key-options.js'
import type { LocationOptions } from '../base/location-options.js'
import type { Logger } from '../base/logger.js'
import type { VerifyConfig, VerifyOptions } from '../base/options.js'
import { resolveLocations } from '../base/resolve-locations.js'
import { refuseNoFunctions, refuseUnknownOptions, resolveVerify } from '../base/resolve-options.js'
import { createFunctionKeyring, type KeyFunctions } from '../keys/key-functions.js'
import { createKeyring, type Keyring } from '../keys/keyring.js'
import { createRemoteKeyring } from '../keys/remote-jwks.js'
import { createHostChecks, type HostChecks } from '../tokens/host-checks.js'
import { createVerifier } from '../tokens/verify.js'
import { type AuthContext, createContextBuilder, type Load } from './auth-context.js'
import type { ReadGrants } from './grants.js'
import type { RevocationCheck } from './identify.js'
import type { RequestSource } from './read-header.js'

export interface AuthContextOptions<TUser = unknown, TClaims = unknown>
  extends KeyOptions,
    RemoteKeyOptions,
    VerifyOptions,
    LocationOptions,
    HostChecks {
  /** Keys of the host's own choice, as of `createSallyport`: `find` alone is asked. In place of every other key. */
  keys?: Pick<KeyFunctions, 'find'>
  /** The account of an active bearer, for `context.user()`. */
  loadUser?: Load<TUser>
  /**
   * Where roles and scopes stand in the claims, when they stand elsewhere than in `roles` and `scope`. When it throws, or
   * answers anything but lists of text, the token is refused (`CLAIMS_REJECTED`).
   */
  grants?: ReadGrants<TClaims>
  /** Asked for every token that is otherwise good. */
  revocation?: RevocationCheck
  /** Whether a refresh token is refused. By default true. */
  verifyType?: boolean
  /** Leaves `revocation` and `isRevoked` unasked: for what a revoked bearer may still do. By default false. */
  skipRevocationCheck?: boolean
  /**
   * Where failures of keys, `grants` and `revocation` are told, and at `info` why a token was refused: `console`, or any of
   * pino's form; `false`: nowhere. By default warnings and errors go to the console.
   */
  logger?: Logger | false
}

const KNOWN: Readonly<Record<keyof AuthContextOptions, true>> = {
  secret: true,
  privateKey: true,
  publicKey: true,
  algorithm: true,
  decodeAlgorithms: true,
  jwksUrl: true,
  keys: true,
  issuer: true,
  audience: true,
  leeway: true,
  identityClaim: true,
  verifySubject: true,
  allowNoExpiry: true,
  freshFor: true,
  locations: true,
  headerName: true,
  headerType: true,
  queryStringName: true,
  queryStringValuePrefix: true,
  jsonKey: true,
  accessCookieName: true,
  cookieCsrfProtect: true,
  csrfMethods: true,
  accessCsrfHeaderName: true,
  clock: true,
  loadUser: true,
  grants: true,
  revocation: true,
  isRevoked: true,
  verifyClaims: true,
  verifyType: true,
  skipRevocationCheck: true,
  logger: true,
}

/**
 * Verification alone: a function to be used as the `context` of Yoga, Apollo Server or Mercurius, or called with any
 * request. It never rejects: a bad token makes an identity that says so, which the guard turns into the refusal.
 * Throws `OptionError`, naming the option, when the options are wrong.
 *
 * @example
 * const auth = createAuthContext({ secret: process.env.JWT_SECRET_KEY })
 * const yoga = createYoga({ schema, context: auth })
 * const { identity, claims } = await auth(request)
 */
export function createAuthContext<TUser = unknown, TClaims = Record<string, unknown>>(
  options: AuthContextOptions<TUser, TClaims>,
): (source: RequestSource) => Promise<AuthContext<TUser>> {
  refuseUnknownOptions(options, new Set(Object.keys(KNOWN)))
  refuseNoFunctions(options, ['loadUser', 'grants', 'isRevoked', 'verifyClaims'])
  const { loadUser, grants, revocation, verifyType, skipRevocationCheck } = options
  const logger = chooseLogger(options.logger)
  if (skipRevocationCheck !== undefined && revocation === undefined && options.isRevoked === undefined) {
    throw new OptionError('skipRevocationCheck', 'means nothing without revocation or isRevoked')
  }
  const { clock = systemClock } = options
  const config = resolveVerify(options)
  const build = createContextBuilder<TUser>({
    verifier: createVerifier({ keyring: chooseKeyring({ ...options, logger }, config), config, clock }),
    config,
    // A cookie is the browser's to send, not the page's: only where the host has said so.
    locations: resolveLocations({ ...options, locations: options.locations ?? 'headers' }),
    clock,
    revocation,
    checkByHost: createHostChecks({
      isRevoked: skipRevocationCheck === true ? undefined : options.isRevoked,
      verifyClaims: options.verifyClaims,
      logger,
    }),
    loadUser,
    // The issuer's claims have the shape that the host says; what `grants` makes of them is checked.
    grants: grants as ReadGrants | undefined,
    verifyType,
    skipRevocationCheck,
    logger,
  })
  return async (source) => {
    const context = await build(source)
    const { identity } = context
    if (identity.kind === 'invalid') {
      const { code, reason, location } = identity
      logger.info({ code, reason, location }, 'a token was refused')
    }
    if (identity.kind === 'anonymous' && identity.hint !== undefined) {
      logger.info({ code: identity.code, reason: identity.hint }, 'a token was not found')
    }
    return context
  }
}

const KEYS = ['secret', 'privateKey', 'publicKey', 'algorithm', 'decodeAlgorithms', 'jwksUrl'] as const

function chooseKeyring(
  options: KeyOptions & RemoteKeyOptions & Pick<AuthContextOptions, 'clock' | 'keys'> & { logger: Logger },
  config: VerifyConfig,
): Keyring {
  if (options.keys !== undefined) {
    const other = KEYS.find((name) => options[name] !== undefined)
    if (other !== undefined) throw new OptionError(other, 'does not go with keys')
    return createFunctionKeyring(options.keys)
  }
  if (options.jwksUrl === undefined) return createKeyring(options)
  const { clock = systemClock, logger } = options
  return createRemoteKeyring(options, { config, clock, logger })
}
