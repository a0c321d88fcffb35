import type { Algorithm } from './key-options.js'
import { LIMIT_DEFAULTS } from './limit-defaults.js'
import { LOG_LEVELS } from './logger.js'
import {
  boolean,
  duration,
  hidden,
  integer,
  listOf,
  type OptionKind,
  oneOf,
  opaque,
  orFalse,
  origin,
  productionFlag,
  share,
  text,
  texts,
} from './option-kinds.js'

/** One option: its environment variable, its default, and how it is read. */
export interface OptionSpec<T> {
  readonly env: string
  /** `undefined` when it depends on other options, as its description says. */
  readonly default: T | undefined
  readonly kind: OptionKind<T>
  /** Whether an empty variable has a meaning of its own. */
  readonly emptyText?: boolean
}

export const ALGORITHMS: readonly Algorithm[] = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
]

const algorithm = oneOf(...ALGORITHMS)
const algorithms = listOf(algorithm, `a list of ${ALGORITHMS.join(', ')}`)

const key = opaque('PEM, the path of a PEM file, or a KeyObject')
const headerName = { form: 'the name of a header', pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/ }
const headerType = { form: 'an authentication scheme, or nothing', pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/ }
const urlPath = { form: 'a path that begins with a slash', pattern: /^\/[^\s?#]*$/ }
const cookieName = { form: 'the name of a cookie', pattern: headerName.pattern }
const cookiePath = {
  form: 'a path that begins with a slash, in ASCII and without semicolons',
  pattern: /^\/[!-:<-~]*$/,
}
const domain = {
  form: 'the name of a domain',
  pattern: /^\.?[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i,
}
const places = oneOf('headers', 'cookies', 'query_string', 'json')
const method = text({ form: 'the name of a method', pattern: /^[A-Za-z]+$/ })
const realm = { form: 'a text in ASCII, without quotes and backslashes', pattern: /^[ !#-[\]-~]+$/ }
const notEmpty = { form: 'a text that is not empty', pattern: /\S/ }

/** Every option that an environment variable can set. Names are Flask-JWT-Extended 4's where it has the option. */
export const OPTION_TABLE = {
  secret: { env: 'JWT_SECRET_KEY', default: undefined, kind: opaque('a text, or bytes') },
  privateKey: { env: 'JWT_PRIVATE_KEY', default: undefined, kind: key },
  publicKey: { env: 'JWT_PUBLIC_KEY', default: undefined, kind: key },
  algorithm: { env: 'JWT_ALGORITHM', default: undefined, kind: algorithm },
  decodeAlgorithms: { env: 'JWT_DECODE_ALGORITHMS', default: undefined, kind: algorithms },
  keysDir: { env: 'JWT_KEYS_DIR', default: undefined, kind: text(notEmpty) },
  keysReloadInterval: { env: 'JWT_KEYS_RELOAD_INTERVAL', default: 10, kind: duration({ min: 1 }) },
  jwksUrl: {
    env: 'JWT_JWKS_URL',
    default: undefined,
    kind: opaque('an address: https, or http on the loopback'),
  },

  issuer: { env: 'JWT_DECODE_ISSUER', default: [], kind: texts },
  audience: { env: 'JWT_DECODE_AUDIENCE', default: [], kind: texts },
  leeway: { env: 'JWT_DECODE_LEEWAY', default: 0, kind: duration() },
  identityClaim: { env: 'JWT_IDENTITY_CLAIM', default: 'sub', kind: text(notEmpty) },
  verifySubject: { env: 'JWT_VERIFY_SUB', default: true, kind: boolean },
  allowNoExpiry: { env: 'ALLOW_NO_EXPIRY', default: undefined, kind: boolean },
  freshFor: { env: 'FRESH_FOR', default: 15 * 60, kind: duration() },

  locations: {
    env: 'JWT_TOKEN_LOCATION',
    default: ['headers', 'cookies'],
    kind: listOf(places, 'a list of headers, cookies, query_string, json'),
  },
  headerName: { env: 'JWT_HEADER_NAME', default: 'Authorization', kind: text(headerName) },
  headerType: { env: 'JWT_HEADER_TYPE', default: 'Bearer', kind: text(headerType), emptyText: true },
  queryStringName: { env: 'JWT_QUERY_STRING_NAME', default: 'jwt', kind: text(notEmpty) },
  queryStringValuePrefix: { env: 'JWT_QUERY_STRING_VALUE_PREFIX', default: '', kind: text() },
  jsonKey: { env: 'JWT_JSON_KEY', default: 'access_token', kind: text(notEmpty) },
  accessCookieName: { env: 'JWT_ACCESS_COOKIE_NAME', default: undefined, kind: text(cookieName) },
  cookieCsrfProtect: { env: 'JWT_COOKIE_CSRF_PROTECT', default: true, kind: boolean },
  csrfMethods: {
    env: 'JWT_CSRF_METHODS',
    default: ['POST', 'PUT', 'PATCH', 'DELETE'],
    kind: listOf(method, 'a list of methods'),
  },
  accessCsrfHeaderName: {
    env: 'JWT_ACCESS_CSRF_HEADER_NAME',
    default: 'X-CSRF-TOKEN',
    kind: text(headerName),
  },

  refreshJsonKey: { env: 'JWT_REFRESH_JSON_KEY', default: 'refresh_token', kind: text(notEmpty) },
  refreshCookieName: { env: 'JWT_REFRESH_COOKIE_NAME', default: undefined, kind: text(cookieName) },
  accessCookiePath: { env: 'JWT_ACCESS_COOKIE_PATH', default: '/', kind: text(cookiePath) },
  refreshCookiePath: { env: 'JWT_REFRESH_COOKIE_PATH', default: undefined, kind: text(cookiePath) },
  cookieDomain: { env: 'JWT_COOKIE_DOMAIN', default: undefined, kind: text(domain) },
  formerCookieDomains: {
    env: 'FORMER_COOKIE_DOMAINS',
    default: [],
    kind: listOf(text(domain), 'a list of domains'),
  },
  cookieSecure: { env: 'JWT_COOKIE_SECURE', default: undefined, kind: boolean },
  cookieSameSite: { env: 'JWT_COOKIE_SAMESITE', default: 'Lax', kind: oneOf('Strict', 'Lax', 'None') },
  sessionCookie: { env: 'JWT_SESSION_COOKIE', default: true, kind: boolean },
  csrfInCookies: { env: 'JWT_CSRF_IN_COOKIES', default: true, kind: boolean },
  refreshCsrfHeaderName: {
    env: 'JWT_REFRESH_CSRF_HEADER_NAME',
    default: 'X-CSRF-TOKEN',
    kind: text(headerName),
  },
  accessCsrfCookieName: {
    env: 'JWT_ACCESS_CSRF_COOKIE_NAME',
    default: 'csrf_access_token',
    kind: text(cookieName),
  },
  refreshCsrfCookieName: {
    env: 'JWT_REFRESH_CSRF_COOKIE_NAME',
    default: 'csrf_refresh_token',
    kind: text(cookieName),
  },
  accessCsrfCookiePath: { env: 'JWT_ACCESS_CSRF_COOKIE_PATH', default: '/', kind: text(cookiePath) },
  refreshCsrfCookiePath: { env: 'JWT_REFRESH_CSRF_COOKIE_PATH', default: '/', kind: text(cookiePath) },

  accessTokenExpires: {
    env: 'JWT_ACCESS_TOKEN_EXPIRES',
    default: 15 * 60,
    kind: duration({ orNever: true, min: 1 }),
  },
  refreshTokenExpires: {
    env: 'JWT_REFRESH_TOKEN_EXPIRES',
    default: 30 * 86_400,
    kind: duration({ orNever: true, min: 1 }),
  },
  encodeIssuer: { env: 'JWT_ENCODE_ISSUER', default: undefined, kind: text(notEmpty) },
  encodeAudience: { env: 'JWT_ENCODE_AUDIENCE', default: undefined, kind: texts },
  encodeNbf: { env: 'JWT_ENCODE_NBF', default: true, kind: boolean },
  maxSessions: { env: 'MAX_SESSIONS', default: 100, kind: orFalse(integer(1, 1_000_000)) },
  sessionMaxAge: { env: 'SESSION_MAX_AGE', default: undefined, kind: duration({ orNever: true, min: 1 }) },
  sliding: { env: 'SLIDING', default: false, kind: boolean },
  slidingThreshold: { env: 'SLIDING_THRESHOLD', default: 0.5, kind: share },
  refreshReuseWindow: { env: 'REFRESH_REUSE_WINDOW', default: 30, kind: duration() },
  blocklistChecks: { env: 'BLOCKLIST_CHECKS', default: 'all', kind: oneOf('all', 'refresh', 'none') },
  staleRevocations: { env: 'STALE_REVOCATIONS', default: 'deny', kind: oneOf('deny', 'allow') },

  dataDir: { env: 'DATA_DIR', default: 'data', kind: text(notEmpty) },
  databaseUrl: { env: 'DATABASE_URL', default: undefined, kind: text(notEmpty) },
  migrateOnStart: { env: 'MIGRATE_ON_START', default: true, kind: boolean },
  endpoint: { env: 'GRAPHQL_ENDPOINT', default: '/graphql', kind: text(urlPath) },
  maxBodyBytes: { env: 'MAX_BODY_BYTES', default: 100_000, kind: integer(1_000, 100_000_000) },
  maxOperationsPerSocket: { env: 'MAX_OPERATIONS_PER_SOCKET', default: 100, kind: integer(1, 10_000) },
  maxDepth: { env: 'MAX_DEPTH', default: LIMIT_DEFAULTS.maxDepth, kind: integer(1, 1_000) },
  maxAliases: { env: 'MAX_ALIASES', default: LIMIT_DEFAULTS.maxAliases, kind: integer(0, 5_000) },
  maxRootFields: { env: 'MAX_ROOT_FIELDS', default: LIMIT_DEFAULTS.maxRootFields, kind: integer(1, 5_000) },
  maxCost: { env: 'MAX_COST', default: LIMIT_DEFAULTS.maxCost, kind: integer(1, 10_000_000) },
  loginAttempts: { env: 'LOGIN_ATTEMPTS', default: 10, kind: orFalse(integer(1, 1_000_000)) },
  loginAttemptsPerSource: {
    env: 'LOGIN_ATTEMPTS_PER_SOURCE',
    default: 100,
    kind: orFalse(integer(1, 1_000_000)),
  },
  signupsPerSource: { env: 'SIGNUPS_PER_SOURCE', default: 100, kind: orFalse(integer(1, 1_000_000)) },
  refreshFailuresPerSource: {
    env: 'REFRESH_FAILURES_PER_SOURCE',
    default: 1_000,
    kind: orFalse(integer(1, 1_000_000)),
  },
  attemptWindow: { env: 'ATTEMPT_WINDOW', default: 15 * 60, kind: duration({ min: 1 }) },
  trustedProxies: { env: 'TRUSTED_PROXIES', default: [], kind: texts },
  maxConcurrentHashes: { env: 'MAX_CONCURRENT_HASHES', default: 3, kind: integer(1, 64) },
  maxQueuedHashes: { env: 'MAX_QUEUED_HASHES', default: 100, kind: integer(0, 10_000) },
  auditRetention: {
    env: 'AUDIT_RETENTION',
    default: 90 * 86_400,
    kind: duration({ orNever: true, min: 1 }),
  },
  corsOrigins: { env: 'CORS_ORIGINS', default: [], kind: listOf(origin, 'a list of origins') },
  production: { env: 'NODE_ENV', default: false, kind: productionFlag },
  adminEmail: { env: 'ADMIN_EMAIL', default: undefined, kind: text(notEmpty) },
  adminPassword: { env: 'ADMIN_PASSWORD', default: undefined, kind: hidden },
  logLevel: { env: 'LOG_LEVEL', default: 'info', kind: oneOf(...LOG_LEVELS) },
  realm: { env: 'REALM', default: 'sallyport', kind: text(realm) },
  graphiql: { env: 'GRAPHIQL', default: undefined, kind: boolean },
  introspection: {
    env: 'INTROSPECTION',
    default: undefined,
    kind: oneOf('off', 'authenticated', 'public', 'filtered'),
  },
  port: { env: 'PORT', default: 4000, kind: integer(0, 65_535) },
  host: { env: 'HOST', default: 'localhost', kind: text(notEmpty) },
  keepAliveTimeout: { env: 'KEEP_ALIVE_TIMEOUT', default: 65, kind: duration({ min: 1 }) },
  headersTimeout: { env: 'HEADERS_TIMEOUT', default: 60, kind: duration({ min: 1 }) },
  requestTimeout: { env: 'REQUEST_TIMEOUT', default: 300, kind: duration({ min: 1 }) },
  shutdownDelay: { env: 'SHUTDOWN_DELAY', default: undefined, kind: duration() },
} as const satisfies Record<string, OptionSpec<unknown>>

export type OptionName = keyof typeof OPTION_TABLE

/** The type of an option's value, once read. */
export type OptionValue<K extends OptionName> =
  (typeof OPTION_TABLE)[K]['kind'] extends OptionKind<infer T> ? T : never

/** Names of Flask-JWT and of older Flask-JWT-Extended, and the option that replaces each. */
export const FORMER_NAMES: Readonly<Record<string, string>> = {
  JWT_AUTH_HEADER: 'JWT_HEADER_NAME',
  JWT_AUTH_HEADER_PREFIX: 'JWT_HEADER_TYPE',
  JWT_AUTH_URL_RULE: 'GRAPHQL_ENDPOINT',
  JWT_AUTH_USERNAME_KEY: 'the `username` or `email` of LoginInput',
  JWT_AUTH_PASSWORD_KEY: 'the `password` of LoginInput',
  JWT_AUTH_ENDPOINT: 'GRAPHQL_ENDPOINT',
  JWT_EXPIRATION_DELTA: 'JWT_ACCESS_TOKEN_EXPIRES',
  JWT_NOT_BEFORE_DELTA: 'JWT_ENCODE_NBF',
  JWT_LEEWAY: 'JWT_DECODE_LEEWAY',
  JWT_VERIFY_CLAIMS: 'nothing: every claim is verified',
  JWT_REQUIRED_CLAIMS: 'ALLOW_NO_EXPIRY',
  JWT_CSRF_CHECK_FORM: 'nothing: a form is never accepted',
  JWT_ACCESS_CSRF_FIELD_NAME: 'nothing: a form is never accepted',
  JWT_REFRESH_CSRF_FIELD_NAME: 'nothing: a form is never accepted',
  JWT_ERROR_MESSAGE_KEY: "nothing: errors have GraphQL's form",
  JWT_USER_CLAIMS: 'the option `claims`',
  JWT_BLACKLIST_ENABLED: 'BLOCKLIST_CHECKS',
  JWT_BLACKLIST_CHECKS: 'BLOCKLIST_CHECKS',
  JWT_BLACKLIST_TOKEN_CHECKS: 'BLOCKLIST_CHECKS',
  JWT_BLACKLIST_STORE: 'DATABASE_URL',
  JWT_BLOCKLIST_ENABLED: 'BLOCKLIST_CHECKS',
  JWT_BLOCKLIST_TOKEN_CHECKS: 'BLOCKLIST_CHECKS',
}
