import { refuseUnknownOptions } from './check-options.js'
import { OptionError } from './errors.js'
import type { KeyFolderConfig, KeyFolderOptions, KeyOptions } from './key-options.js'
import type { ConnectionConfig, ConnectionOptions, ListenConfig, ListenOptions } from './listen-options.js'
import { OPTION_TABLE, type OptionName, type OptionSpec, type OptionValue } from './option-table.js'
import type {
  FirstAdministrator,
  ServerConfig,
  ServerOptions,
  TokenConfig,
  TokenOptions,
  VerifyConfig,
  VerifyOptions,
} from './options.js'

/** The default maximum lifetime of a session that slides: a week. */
const SLIDING_MAX_AGE_SECONDS = 168 * 3_600

type Given = Readonly<Record<string, unknown>>

/**
 * Returns the option's value, or its default.
 * @throws {OptionError} with the option's name, when the value is invalid.
 */
export function read<K extends OptionName>(options: object, name: K): OptionValue<K> | undefined {
  const spec: OptionSpec<unknown> = OPTION_TABLE[name]
  const given = (options as Given)[name]
  if (given === undefined) return spec.default as OptionValue<K> | undefined
  const result = spec.kind.read(given)
  if ('problem' in result) throw new OptionError(name, result.problem)
  return result.value as OptionValue<K>
}

/** Reads an option that has a default. */
export function require<K extends OptionName>(options: object, name: K): OptionValue<K> {
  const value = read(options, name)
  if (value === undefined) throw new OptionError(name, 'is missing')
  return value
}

export function resolveVerify(options: VerifyOptions & TokenOptions): VerifyConfig {
  const ownNeverExpire = options.accessTokenExpires === false || options.refreshTokenExpires === false
  return Object.freeze({
    issuers: require(options, 'issuer'),
    audiences: require(options, 'audience'),
    leewaySeconds: require(options, 'leeway'),
    identityClaim: require(options, 'identityClaim'),
    verifySubject: require(options, 'verifySubject'),
    allowNoExpiry: read(options, 'allowNoExpiry') ?? ownNeverExpire,
    freshForSeconds: require(options, 'freshFor'),
  })
}

/** Also refuses combinations under which our own tokens would be refused. */
export function resolveTokens(options: VerifyOptions & TokenOptions): TokenConfig {
  const verify = resolveVerify(options)
  const encodeIssuer = read(options, 'encodeIssuer') ?? verify.issuers[0] ?? null
  const encodeAudiences = read(options, 'encodeAudience') ?? verify.audiences
  if (verify.issuers.length > 0 && !verify.issuers.includes(encodeIssuer ?? '')) {
    throw new OptionError('encodeIssuer', 'is not among `issuer`: our own tokens would be refused')
  }
  const namesAudience = verify.audiences.length > 0 || encodeAudiences.length > 0
  if (namesAudience && !verify.audiences.some((one) => encodeAudiences.includes(one))) {
    throw new OptionError('encodeAudience', 'shares nothing with `audience`: our own tokens would be refused')
  }
  const accessTtlSeconds = require(options, 'accessTokenExpires')
  const refreshTtlSeconds = require(options, 'refreshTokenExpires')
  if (!verify.allowNoExpiry && (accessTtlSeconds === null || refreshTtlSeconds === null)) {
    throw new OptionError('allowNoExpiry', 'is false, but one of our own tokens never expires')
  }
  return Object.freeze({
    accessTtlSeconds,
    refreshTtlSeconds,
    ...resolveSliding(options, accessTtlSeconds),
    maxSessions: require(options, 'maxSessions'),
    encodeIssuer,
    encodeAudiences,
    encodeNbf: require(options, 'encodeNbf'),
    reuseWindowSeconds: require(options, 'refreshReuseWindow'),
    checks: require(options, 'blocklistChecks'),
    stale: require(options, 'staleRevocations'),
    leewaySeconds: verify.leewaySeconds,
  })
}

/** Refuses settings under which a session would slide forever, or never. */
function resolveSliding(
  options: TokenOptions,
  accessTtlSeconds: number | null,
): Pick<TokenConfig, 'sessionMaxAgeSeconds' | 'slidingThreshold'> {
  const sessionMaxAgeSeconds = read(options, 'sessionMaxAge')
  const slidingThreshold = require(options, 'slidingThreshold')
  if (!require(options, 'sliding')) {
    return { sessionMaxAgeSeconds: sessionMaxAgeSeconds ?? null, slidingThreshold: null }
  }
  if (accessTtlSeconds === null) {
    throw new OptionError(
      'sliding',
      'is on, but accessTokenExpires is false: what never expires cannot slide',
    )
  }
  if (sessionMaxAgeSeconds === null) {
    throw new OptionError('sessionMaxAge', 'is false, but sliding is on: a stolen token would live for ever')
  }
  return { sessionMaxAgeSeconds: sessionMaxAgeSeconds ?? SLIDING_MAX_AGE_SECONDS, slidingThreshold }
}

/**
 * Where the database is: by default a file in `dataDir`.
 * @throws {OptionError} in production, when neither of the two is given: the working folder may be a container's own.
 */
export function resolveDatabaseUrl(options: ServerOptions): string {
  const databaseUrl = read(options, 'databaseUrl')
  if (databaseUrl !== undefined) return databaseUrl
  if (options.dataDir === undefined && require(options, 'production')) {
    throw new OptionError('databaseUrl', 'is missing: in production give it, or dataDir for SQLite')
  }
  return `file:${require(options, 'dataDir')}/sallyport.db`
}

export function resolveServer(options: ServerOptions): ServerConfig {
  const dataDir = require(options, 'dataDir')
  const production = require(options, 'production')
  return Object.freeze({
    dataDir,
    migrateOnStart: require(options, 'migrateOnStart'),
    endpoint: require(options, 'endpoint'),
    maxBodyBytes: require(options, 'maxBodyBytes'),
    maxOperationsPerSocket: require(options, 'maxOperationsPerSocket'),
    maxDepth: require(options, 'maxDepth'),
    maxAliases: require(options, 'maxAliases'),
    maxRootFields: require(options, 'maxRootFields'),
    maxCost: require(options, 'maxCost'),
    loginAttempts: require(options, 'loginAttempts'),
    loginAttemptsPerSource: require(options, 'loginAttemptsPerSource'),
    signupsPerSource: require(options, 'signupsPerSource'),
    refreshFailuresPerSource: require(options, 'refreshFailuresPerSource'),
    attemptWindowSeconds: require(options, 'attemptWindow'),
    trustedProxies: require(options, 'trustedProxies'),
    maxConcurrentHashes: require(options, 'maxConcurrentHashes'),
    maxQueuedHashes: require(options, 'maxQueuedHashes'),
    auditRetentionSeconds: require(options, 'auditRetention'),
    production,
    realm: require(options, 'realm'),
    graphiql: read(options, 'graphiql') ?? !production,
    introspection: read(options, 'introspection') ?? (production ? 'filtered' : 'public'),
    logLevel: require(options, 'logLevel'),
    corsOrigins: require(options, 'corsOrigins'),
  })
}

/** Null when none is to be created. Separate from the rest, so that the password is kept nowhere. */
export function resolveFirstAdministrator(options: ServerOptions): FirstAdministrator | null {
  const email = read(options, 'adminEmail')
  const password = read(options, 'adminPassword')
  if (email !== undefined && password !== undefined) return { email, password }
  if (email !== undefined) throw new OptionError('adminPassword', 'is missing: an administrator needs both')
  if (password !== undefined) throw new OptionError('adminEmail', 'is missing: an administrator needs both')
  return null
}

export function resolveListen(options: ListenOptions): ListenConfig {
  refuseUnknownOptions(options, ['port', 'host'])
  return Object.freeze({ port: require(options, 'port'), host: require(options, 'host') })
}

/** In production a load balancer needs time to notice `/ready`; elsewhere a stop should be quick. */
const PRODUCTION_DELAY_SECONDS = 3

export function resolveConnections(options: ConnectionOptions & ServerOptions): ConnectionConfig {
  const requestSeconds = require(options, 'requestTimeout')
  return Object.freeze({
    keepAliveSeconds: require(options, 'keepAliveTimeout'),
    headersSeconds: Math.min(require(options, 'headersTimeout'), requestSeconds),
    requestSeconds,
    shutdownDelaySeconds:
      read(options, 'shutdownDelay') ?? (require(options, 'production') ? PRODUCTION_DELAY_SECONDS : 0),
  })
}

export function resolveKeyFolder(options: KeyFolderOptions): KeyFolderConfig {
  return Object.freeze({
    keysDir: read(options, 'keysDir') ?? null,
    reloadSeconds: require(options, 'keysReloadInterval'),
  })
}

/** The key options as given, with valid algorithms. `keys/` checks the rest. */
export function resolveKeys(options: KeyOptions): KeyOptions {
  return Object.freeze({
    secret: options.secret,
    privateKey: options.privateKey,
    publicKey: options.publicKey,
    algorithm: read(options, 'algorithm'),
    decodeAlgorithms: read(options, 'decodeAlgorithms'),
  })
}
