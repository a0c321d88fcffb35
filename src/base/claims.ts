export type TokenType = 'access' | 'refresh'

/**
 * What a verified token says (RFC 7519 §4). The names are those of Flask-JWT-Extended 4, ours beside them.
 * A token from another issuer may lack all but `sub`.
 */
export interface Claims {
  readonly sub: string
  readonly jti?: string
  /** Absent means access. */
  readonly type?: TokenType
  /** `true`, or the time (seconds since 1970) until which the token is fresh. */
  readonly fresh?: boolean | number
  readonly iat?: number
  readonly nbf?: number
  /** Absent: the token never expires. */
  readonly exp?: number
  readonly iss?: string
  readonly aud?: string | readonly string[]
  /** The double-submit value of cookie delivery; one per session. */
  readonly csrf?: string
  /** The session that the token belongs to. */
  readonly sid?: string
  /** When the password was last given (seconds since 1970). */
  readonly auth_time?: number
  readonly roles?: readonly string[]
  readonly [name: string]: unknown
}

/** The claims that Sallyport itself sets: no loader and no caller may. */
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
])
