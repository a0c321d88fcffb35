import { refuseNoFunctions, refuseUnknownOptions } from '../base/check-options.js'
import { systemClock } from '../base/clock.js'
import { chooseLogger } from '../base/console-log.js'
import { OptionError } from '../base/errors.js'
import type { KeyOptions, RemoteKeyOptions } from '../base/key-options.js'
import type { LocationOptions } from '../base/location-options.js'
import type { Logger } from '../base/logger.js'
import type { VerifyConfig, VerifyOptions } from '../base/options.js'
import { resolveLocations } from '../base/resolve-locations.js'
import { resolveVerify } from '../base/resolve-options.js'
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
  /**
   * Keys that the host chooses for each token, as for `createSallyport`. Only `find` is called. In place of every other
   * key.
   */
  keys?: Pick<KeyFunctions, 'find'>
  /** Loads the account of an active bearer, for `context.user()`. */
  loadUser?: Load<TUser>
  /**
   * Returns the roles and scopes of a token that has them in other claims than `roles` and `scope`. When it throws, or
   * returns anything but lists of text, the token is refused with `CLAIMS_REJECTED`.
   */
  grants?: ReadGrants<TClaims>
  /** Called for every otherwise valid token. */
  revocation?: RevocationCheck
  /** Whether refresh tokens are refused. By default true. */
  verifyType?: boolean
  /**
   * Whether to skip `revocation` and `isRevoked`, for operations that a revoked bearer may still use. By default false.
   */
  skipRevocationCheck?: boolean
  /**
   * The log for failures of keys, `grants` and `revocation` and, at `info`, for the reasons of refused tokens:
   * `console`, or any log with pino's methods; `false`: none. By default warnings and errors go to the console.
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
 * Creates a function that verifies tokens, without a server: use it as the `context` of Yoga, Apollo Server or
 * Mercurius, or call it with any request. It never rejects: an invalid token gives an identity that says so, and the
 * guard refuses it.
 * @throws {OptionError} naming the option, for invalid options.
 * @example
 * const auth = createAuthContext({ secret: process.env.JWT_SECRET_KEY })
 * const yoga = createYoga({ schema, context: auth })
 * const { identity, claims } = await auth(request)
 */
export function createAuthContext<TUser = unknown, TClaims = Record<string, unknown>>(
  options: AuthContextOptions<TUser, TClaims>,
): (source: RequestSource) => Promise<AuthContext<TUser>> {
  refuseUnknownOptions(options, Object.keys(KNOWN))
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
    // A browser sends cookies without the page's doing, so they count only if the host asks for them.
    locations: resolveLocations({ ...options, locations: options.locations ?? 'headers' }),
    clock,
    revocation,
    checkByHost: createHostChecks({
      isRevoked: skipRevocationCheck === true ? undefined : options.isRevoked,
      verifyClaims: options.verifyClaims,
      logger,
    }),
    loadUser,
    // The host knows the shape of the issuer's claims. The result of `grants` is checked.
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
