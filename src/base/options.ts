import type { Clock } from './clock.js'
import type { Logger, LogLevel } from './logger.js'

/** A duration: seconds as a number, or a text such as `90s`, `15m`, `12h`, `30d`. */
export type Duration = number | string

/** The requirements on a token. */
export interface VerifyOptions {
  /** The accepted issuers: `iss` must be one of these (RFC 7519 §4.1.1). By default any is accepted. */
  issuer?: string | readonly string[]
  /**
   * This service's names: `aud` must contain one of these (RFC 7519 §4.1.3). By default there are none, and a token
   * with an `aud` is refused.
   */
  audience?: string | readonly string[]
  /** How long a token is accepted after its `exp`, for clocks that differ. `nbf` and `iat` have at least 10 s. */
  leeway?: Duration
  /** The claim that names the user. */
  identityClaim?: string
  /** Whether that claim must be a text. If not, a number is accepted too, and converted to text. */
  verifySubject?: boolean
  /** Whether a token without `exp` is accepted. By default only if one of our own token lifetimes is `false`. */
  allowNoExpiry?: boolean
  /** How long after `auth_time` another issuer's token, without a `fresh` claim, counts as fresh. */
  freshFor?: Duration
  /** Gives the time; for tests. It replaces the database's clock too. */
  clock?: Clock
}

/** `VerifyOptions`, resolved. */
export interface VerifyConfig {
  readonly issuers: readonly string[]
  readonly audiences: readonly string[]
  readonly leewaySeconds: number
  readonly identityClaim: string
  readonly verifySubject: boolean
  readonly allowNoExpiry: boolean
  readonly freshForSeconds: number
}

/** How tokens are issued, and their lifetimes. */
export interface TokenOptions {
  /** The lifetime of an access token; `false`: it never expires. */
  accessTokenExpires?: Duration | false
  /** The lifetime of a refresh token, and so how long a session may be idle; `false`: it never expires. */
  refreshTokenExpires?: Duration | false
  /**
   * The maximum lifetime of a session from its login on, however often it is refreshed or slides; `false`: no maximum.
   * By default `false`. With `sliding` it is 168 h, and can't be `false`.
   */
  sessionMaxAge?: Duration | false
  /** The maximum number of live sessions of an account. A login beyond it ends the oldest; `false`: no limit. */
  maxSessions?: number | false
  /**
   * Whether requests extend a session by themselves. When an access token is past `slidingThreshold`, the response has
   * its successor in the header `X-Access-Token`, with the usual lifetime. A successor is never fresh, and ends with
   * the session at the latest. Concurrent requests get the same successor. Revoking a token revokes its successors.
   */
  sliding?: boolean
  /** The share of an access token's lifetime after which it slides. `0`: at once. */
  slidingThreshold?: number
  /** The `iss` of issued tokens. By default the first `issuer`. */
  encodeIssuer?: string
  /** The `aud` of issued tokens. By default `audience`. */
  encodeAudience?: string | readonly string[]
  /** Whether issued tokens have `nbf`, the time of issue. */
  encodeNbf?: boolean
  /**
   * How long after its exchange a refresh token may be presented again, for a lost response, a second tab or a retry.
   * It then gets the session's current pair. Later, it ends the session. `0`: no reuse.
   */
  refreshReuseWindow?: Duration
  /** Which tokens are checked against the revocations: `all`, `refresh` tokens only, or `none`. */
  blocklistChecks?: 'all' | 'refresh' | 'none'
  /**
   * What happens when revocations could not be read for 30 s: `deny` refuses tokens with `UNAVAILABLE`, `allow` goes by
   * the revocations read last.
   */
  staleRevocations?: 'deny' | 'allow'
}

/** The server's storage, limits and responses. */
export interface ServerOptions {
  /** The folder of the SQLite file and the generated secret. It is created with mode 0700. */
  dataDir?: string
  /**
   * `postgresql://…`, or `file:` and a path for SQLite. By default `sallyport.db` in `dataDir`; in production you must
   * set one of the two.
   */
  databaseUrl?: string
  /**
   * Whether a start, and `user add`, apply pending migrations. If not, they refuse a database with pending migrations,
   * and you apply them with `sallyport migrate`.
   */
  migrateOnStart?: boolean
  /** The path of the GraphQL endpoint. */
  endpoint?: string
  /**
   * The maximum size of a request body, in bytes; a larger one gets 413. For a WebSocket message too: a larger one
   * closes the socket with 1009.
   */
  maxBodyBytes?: number
  /** The maximum number of open operations of a WebSocket; one more is refused with `RATE_LIMITED`. */
  maxOperationsPerSocket?: number
  /** The maximum depth of fields in a document. Tools' introspection has 15 levels. */
  maxDepth?: number
  /** The maximum number of aliases in an operation. Fragments are expanded, here and for the next two. */
  maxAliases?: number
  /** The maximum number of root fields in an operation. */
  maxRootFields?: number
  /**
   * The maximum cost of a document: 1 for each field, fragment and directive, and 1 for each pair of fields with one
   * name in one place, which validation compares; 300 for each alias by which the schema, or a list of it, is asked for
   * once more. A document beyond this or one of the three above gets 400, naming the limit, before it is validated.
   */
  maxCost?: number
  /**
   * How many wrong passwords each name of an account (username, email address) accepts within `attemptWindow` from
   * unknown sources, all together; `false`: no limit. A source from which the account was logged in within the last 30
   * days, and a session, have as many of their own. Beyond the limit, logins get `RATE_LIMITED` for a window. Each
   * further time on that day doubles the wait, up to 16 windows.
   */
  loginAttempts?: number | false
  /** How many wrong passwords an IPv4 address or an IPv6 /64 may send in `attemptWindow`; `false`: no limit. */
  loginAttemptsPerSource?: number | false
  /** How many sign-ups a source may try within `attemptWindow`; `false`: no limit. */
  signupsPerSource?: number | false
  /** How many refused refreshes each instance accepts from a source in `attemptWindow`; `false`: no limit. */
  refreshFailuresPerSource?: number | false
  /** The time window in which attempts are counted. */
  attemptWindow?: Duration
  /**
   * The reverse proxies, by IP address or CIDR range, whose `X-Forwarded-For` is trusted. The header is read from its
   * end, up to the first address that is not in this list. By default there are none, and the client's address is that
   * of its connection.
   */
  trustedProxies?: string | readonly string[]
  /** How many passwords are hashed at once. Keep it below the threads of Node's pool (4). */
  maxConcurrentHashes?: number
  /** How many passwords may wait to be hashed; one more is refused with `RATE_LIMITED`. */
  maxQueuedHashes?: number
  /** How long the audit log is kept; `false`: forever. */
  auditRetention?: Duration | false
  /**
   * The other origins whose pages may call from a browser, and open a WebSocket, also with cookies. Write each exactly
   * as a browser sends it, for example `https://app.example.com`. By default there are none.
   */
  corsOrigins?: string | readonly string[]
  /**
   * Whether this is production. Then the start is refused with what is for development only: a generated secret, a
   * database in the working folder, cookies without `Secure`.
   */
  production?: boolean
  /**
   * The email address of the first administrator. The start creates this account if no account has the address; set
   * `adminPassword` too. An existing administrator is left unchanged, password included. If another account has the
   * address, the start is refused.
   */
  adminEmail?: string
  /** The password of the first administrator, when the account is created. You can remove it afterwards. */
  adminPassword?: string
  /** The realm in every `WWW-Authenticate` header of the server. */
  realm?: string
  /**
   * Whether a browser that opens the endpoint gets the playground (GraphiQL). The playground needs no other host. On by
   * default, and off in production.
   */
  graphiql?: boolean
  /**
   * Who may query the schema: `off`, no client; `authenticated`, clients that are logged in; `public`, every client;
   * `filtered`, every client, for the part that it may reach. By default `public`, and in production `filtered`. Unless
   * it is `public`, messages about an invalid document name nothing of the schema that the document does not name.
   */
  introspection?: 'off' | 'authenticated' | 'public' | 'filtered'
  /**
   * The log: `console`, or any log with pino's methods; `false`: no log, and errors of resolvers are lost. By default
   * warnings and errors go to the console, and more if `logLevel` says so; the server writes JSON lines to standard
   * error.
   */
  logger?: Logger | false
  /**
   * The lowest level that is written; `silent`: none. Every request is logged at `debug`, refused credentials at
   * `info`, requests that took a second at `warn`, failures of the server at `error`.
   */
  logLevel?: LogLevel
}

/** `TokenOptions`, resolved. `null` seconds: never expires. */
export interface TokenConfig {
  readonly accessTtlSeconds: number | null
  readonly refreshTtlSeconds: number | null
  /** Null: no limit. */
  readonly sessionMaxAgeSeconds: number | null
  /** Null: no limit. */
  readonly maxSessions: number | null
  /** The share of its life after which an access token slides. Null: never. */
  readonly slidingThreshold: number | null
  readonly encodeIssuer: string | null
  readonly encodeAudiences: readonly string[]
  readonly encodeNbf: boolean
  readonly reuseWindowSeconds: number
  readonly checks: 'all' | 'refresh' | 'none'
  readonly stale: 'deny' | 'allow'
  readonly leewaySeconds: number
}

/** The limits of a document; see `ServerOptions`. */
export interface DocumentLimits {
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
  readonly maxCost: number
}

/** The limits of attempts; null: no limit. See `ServerOptions`. */
export interface AttemptConfig {
  readonly loginAttempts: number | null
  readonly loginAttemptsPerSource: number | null
  readonly signupsPerSource: number | null
  readonly refreshFailuresPerSource: number | null
  readonly attemptWindowSeconds: number
}

/** `ServerOptions`, resolved. */
export interface ServerConfig extends DocumentLimits, AttemptConfig {
  readonly trustedProxies: readonly string[]
  readonly dataDir: string
  readonly migrateOnStart: boolean
  readonly endpoint: string
  readonly maxBodyBytes: number
  readonly maxOperationsPerSocket: number
  readonly maxConcurrentHashes: number
  readonly maxQueuedHashes: number
  /** Null: for ever. */
  readonly auditRetentionSeconds: number | null
  readonly production: boolean
  readonly graphiql: boolean
  readonly realm: string
  readonly introspection: NonNullable<ServerOptions['introspection']>
  readonly logLevel: LogLevel
  readonly corsOrigins: readonly string[]
}

/** The account that the start creates if it is missing. */
export interface FirstAdministrator {
  readonly email: string
  readonly password: string
}
