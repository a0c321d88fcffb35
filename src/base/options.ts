import type { Clock } from './clock.js'
import type { Logger, LogLevel } from './logger.js'

/** A span of time: seconds as a number, or a text such as `90s`, `15m`, `12h`, `30d`. */
export type Duration = number | string

/** What a token must be to be accepted. */
export interface VerifyOptions {
  /** The `iss` of a token must be one of these (RFC 7519 §4.1.1). By default any is accepted. */
  issuer?: string | readonly string[]
  /**
   * Who we are: the `aud` of a token must name one of these (RFC 7519 §4.1.3). By default nobody, and then a token that
   * has an `aud` is refused.
   */
  audience?: string | readonly string[]
  /** How long after its `exp` a token is still taken, for clocks that differ. `nbf` and `iat` have at least 10 s. */
  leeway?: Duration
  /** The claim that names the user. */
  identityClaim?: string
  /** Whether that claim must be a text. If not, a number is taken too, as text. */
  verifySubject?: boolean
  /** Whether a token without `exp` is accepted. By default only where one of our own token lives is `false`. */
  allowNoExpiry?: boolean
  /** How long after `auth_time` a token without a `fresh` claim, from another issuer, counts as fresh. */
  freshFor?: Duration
  /** Where the time comes from; for tests. Given, it replaces the database's clock too. */
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

/** How tokens are issued, and how long they live. */
export interface TokenOptions {
  /** The life of an access token; `false`: it never expires. */
  accessTokenExpires?: Duration | false
  /** The life of a refresh token, and so how long a session may be idle; `false`: it never expires. */
  refreshTokenExpires?: Duration | false
  /**
   * How long a session lives at most, from its login on, however often it is refreshed or slides; `false`: as long as it
   * is refreshed. By default `false`, and with `sliding` 168 h, where it cannot be `false`.
   */
  sessionMaxAge?: Duration | false
  /** How many live sessions an account may have. A login beyond it ends the oldest session; `false`: no limit. */
  maxSessions?: number | false
  /**
   * Whether requests extend a session by themselves: an access token of a session that is past `slidingThreshold` is
   * answered with a successor of the usual life, in the header `X-Access-Token`. It is never fresh, and ends with the
   * session at the latest. However many requests race, a token has one successor; whoever revokes a token revokes its
   * successors.
   */
  sliding?: boolean
  /** The share of an access token's life after which it slides. `0`: at once. */
  slidingThreshold?: number
  /** The `iss` written into tokens. By default the first `issuer`. */
  encodeIssuer?: string
  /** The `aud` written into tokens. By default `audience`. */
  encodeAudience?: string | readonly string[]
  /** Whether tokens carry `nbf`, the time of issue. */
  encodeNbf?: boolean
  /**
   * For how long after its own rotation a refresh token that is presented again is answered with the session's current
   * pair: a lost answer, a second tab, a retry. `0`: not at all. Later, it ends the session.
   */
  refreshReuseWindow?: Duration
  /** Which tokens are looked up among the revoked: `all`, `refresh` tokens only, or `none`. */
  blocklistChecks?: 'all' | 'refresh' | 'none'
  /**
   * What becomes of a token when revocations could not be read for 30 s: `deny` answers `UNAVAILABLE`, `allow` goes on
   * with those last read.
   */
  staleRevocations?: 'deny' | 'allow'
}

/** Where things are kept and how the server answers. */
export interface ServerOptions {
  /** The folder of the SQLite file and the generated secret. Made with mode 0700. */
  dataDir?: string
  /** `postgresql://…`, or `file:` and a path for SQLite. By default `sallyport.db` in `dataDir`; in production one of the two must be given. */
  databaseUrl?: string
  /**
   * Whether a start, and `user add`, apply pending migrations. If not, they refuse a database that lacks any, and
   * `sallyport migrate` applies them.
   */
  migrateOnStart?: boolean
  /** The path at which GraphQL is served. */
  endpoint?: string
  /** The largest request body, in bytes; a larger one is answered 413. Of a WebSocket's messages too: it is closed with 1009. */
  maxBodyBytes?: number
  /** How many operations a WebSocket may have open at once; one more is refused with `RATE_LIMITED`. */
  maxOperationsPerSocket?: number
  /** How deep a document may nest fields. Tools' introspection has 15 levels. */
  maxDepth?: number
  /** How many aliases a document's operation may have. Fragments are written out, here and in the next two. */
  maxAliases?: number
  /** How many fields an operation may have at its root. */
  maxRootFields?: number
  /**
   * What a document may cost: 1 for each field, fragment and directive, and 1 for each pair of fields of one name in one
   * place, which validation compares; 300 for each alias by which the schema, or a list of it, is asked for once more. A
   * document beyond this or one of the three above is answered 400, naming the limit, before it is validated.
   */
  maxCost?: number
  /**
   * How many wrong passwords each name of an account (user name, e-mail address) takes in `attemptWindow` from strangers,
   * all together; `false`: any number. A source from which somebody was let into the account in the last 30 days, and a session, have as many of their own.
   * Beyond it `RATE_LIMITED` for a window, and at each further time of that day for twice as long, up to 16 windows.
   */
  loginAttempts?: number | false
  /** How many wrong passwords an IPv4 address (also through NAT64) or an IPv6 /64 may give in `attemptWindow`; `false`: any number. */
  loginAttemptsPerSource?: number | false
  /** How many sign-ups a source may try in `attemptWindow`; `false`: any number. */
  signupsPerSource?: number | false
  /** How many refused refreshes a source may have in `attemptWindow`, on each instance; `false`: any number. */
  refreshFailuresPerSource?: number | false
  /** The time in which attempts are counted. */
  attemptWindow?: Duration
  /**
   * The reverse proxies, by address or CIDR range, whose `X-Forwarded-For` is believed: it is read from its end, up to
   * the first address that is none of them. By default none, and a client is where its connection comes from.
   */
  trustedProxies?: string | readonly string[]
  /** How many passwords are hashed at once: fewer than the threads of Node's pool (4), so that other work goes on. */
  maxConcurrentHashes?: number
  /** How many more may wait for it; one beyond is refused with `RATE_LIMITED`. */
  maxQueuedHashes?: number
  /** How long the audit log is kept; `false`: for ever. */
  auditRetention?: Duration | false
  /**
   * The pages of other origins that may call from a browser, and open a WebSocket, with cookies too: each exactly as a
   * browser names it, such as `https://app.example.com`. By default none.
   */
  corsOrigins?: string | readonly string[]
  /**
   * Whether this is production. Then the start is refused with what is fit for development only: a generated secret,
   * a database in the working folder, cookies without `Secure`.
   */
  production?: boolean
  /**
   * The e-mail address of the first administrator, whom the start makes if nobody has it; then `adminPassword` must be
   * given too. An administrator who is there is left alone, password and all. If somebody else has the address, the
   * start stops.
   */
  adminEmail?: string
  /** The password that the first administrator is made with. Of no use any more once they are there. */
  adminPassword?: string
  /** The realm that every `WWW-Authenticate` header of the server names. */
  realm?: string
  /**
   * Whether a browser that opens the endpoint finds GraphiQL there, with which to try the API. It asks no other host. By
   * default on, and off in production.
   */
  graphiql?: boolean
  /**
   * Who may ask what the schema is: `off` nobody, `authenticated` who is logged in, `public` everybody; `filtered`
   * everybody, for what they may reach themselves. By default `public`, and in production `filtered`. But with `public`,
   * messages about a wrong document name nothing else of the schema than the document does.
   */
  introspection?: 'off' | 'authenticated' | 'public' | 'filtered'
  /**
   * Where the log goes: `console`, or any of pino's form; `false`: nowhere, and then nobody is told what a resolver threw. By
   * default warnings and errors go to the console, and more if `logLevel` says so; the server writes JSON lines to
   * standard error.
   */
  logger?: Logger | false
  /**
   * From which level on the log is written; `silent`: nothing. Every request has a line at `debug`, one whose credentials
   * were refused at `info`, one that took a second at `warn`, one that failed on our side at `error`.
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

/** What a document may have; see `ServerOptions`. */
export interface DocumentLimits {
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
  readonly maxCost: number
}

/** How often what may be tried; null: any number. See `ServerOptions`. */
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

/** Who is to be there after the start. */
export interface FirstAdministrator {
  readonly email: string
  readonly password: string
}
