export type TokenType = 'access' | 'refresh'

/**
 * The claims of a verified token (RFC 7519 §4), named as in Flask-JWT-Extended 4. A token from another issuer may lack
 * all but `sub`.
 */
export interface Claims {
  readonly sub: string
  readonly jti?: string
  /** Absent for an access token. */
  readonly type?: TokenType
  /** `true`, or the time (seconds since 1970) until which the token is fresh. */
  readonly fresh?: boolean | number
  readonly iat?: number
  readonly nbf?: number
  /** Absent when the token never expires. */
  readonly exp?: number
  readonly iss?: string
  readonly aud?: string | readonly string[]
  /** The double-submit value of cookie delivery; one for each session. */
  readonly csrf?: string
  /** The session that the token belongs to. */
  readonly sid?: string
  /** When the password was last entered (seconds since 1970). */
  readonly auth_time?: number
  readonly roles?: readonly string[]
  /** In access tokens of ours: the account's version as they were issued. Whatever revokes all of a user's tokens raises it. */
  readonly account_version?: number
  readonly [name: string]: unknown
}

/** The claims that Sallyport sets itself. Hooks and callers may not set them. */
export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  'sub',
  'jti',
  'type',
  'fresh',
  'iat',
  'nbf',
  'exp',
  'iss',
  'aud',
  'csrf',
  'sid',
  'auth_time',
  'roles',
  'account_version',
])
