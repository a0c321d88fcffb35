/** What the client can do about an error. A client can follow it without knowing the code. */
export type ErrorAction = 'login' | 'refresh' | 'reauthenticate' | 'retry' | 'none'

/** How a code appears in a response. `challenge` is the `error` of `WWW-Authenticate` (RFC 6750 §3.1, RFC 9470 §3). */
export interface ErrorMeaning {
  status: number
  action: ErrorAction
  /** Absent: no `WWW-Authenticate` header. `null`: the header has the realm only. */
  challenge?:
    | 'invalid_token'
    | 'invalid_request'
    | 'insufficient_scope'
    | 'insufficient_user_authentication'
    | null
  message: string
}

/** The closed catalogue: every code of our responses. */
export const ERRORS = {
  UNAUTHENTICATED: {
    status: 401,
    action: 'login',
    challenge: null,
    message: 'You must be logged in.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    action: 'refresh',
    challenge: 'invalid_token',
    message: 'The access token has expired.',
  },
  TOKEN_INVALID: {
    status: 401,
    action: 'login',
    challenge: 'invalid_token',
    message: 'The token is not valid.',
  },
  TOKEN_REVOKED: {
    status: 401,
    action: 'login',
    challenge: 'invalid_token',
    message: 'The token has been revoked.',
  },
  USER_NOT_FOUND: {
    status: 401,
    action: 'login',
    challenge: 'invalid_token',
    message: 'The user of this token does not exist.',
  },
  CLAIMS_REJECTED: {
    status: 401,
    action: 'login',
    challenge: 'invalid_token',
    message: "The token's claims were rejected.",
  },
  FRESH_REQUIRED: {
    status: 401,
    action: 'reauthenticate',
    challenge: 'insufficient_user_authentication',
    message: 'The password must have been given recently.',
  },
  FORBIDDEN: {
    status: 403,
    action: 'none',
    challenge: 'insufficient_scope',
    message: 'You are not allowed to do this.',
  },
  CSRF_FAILED: {
    status: 403,
    action: 'none',
    message: 'The CSRF token is missing or does not match.',
  },
  INVALID_REQUEST: {
    status: 400,
    action: 'none',
    challenge: 'invalid_request',
    message: 'The token is empty, malformed, or there twice.',
  },
  // Not `login`, on which a client drops its tokens: the user of `reauthenticate` is logged in.
  INVALID_CREDENTIALS: {
    status: 401,
    action: 'none',
    challenge: null,
    message: 'The name or the password is wrong.',
  },
  REFRESH_REUSED: {
    status: 401,
    action: 'login',
    challenge: null,
    message: 'This refresh token was used before; its session has been ended.',
  },
  SESSION_ENDED: {
    status: 401,
    action: 'login',
    challenge: null,
    message: 'The session has ended.',
  },
  RATE_LIMITED: {
    status: 429,
    action: 'retry',
    message: 'Too many requests; try again later.',
  },
  BAD_USER_INPUT: {
    status: 400,
    action: 'none',
    message: 'The input is not valid.',
  },
  NOT_FOUND: {
    status: 404,
    action: 'none',
    message: 'There is nothing by this id, or it is not yours.',
  },
  CONFLICT: {
    status: 409,
    action: 'none',
    message: 'The present state does not allow this.',
  },
  UNAVAILABLE: {
    status: 503,
    action: 'retry',
    message: 'The service is temporarily unavailable.',
  },
  // These two come from graphql-js, before any of our code runs. Every GraphQL server names them so.
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    action: 'none',
    message: 'The document is not GraphQL.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    action: 'none',
    message: 'The document does not fit the schema.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    action: 'none',
    message: 'Something went wrong on our side.',
  },
} as const satisfies Record<string, ErrorMeaning>

export type ErrorCode = keyof typeof ERRORS

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value)
}

export interface AuthErrorOptions {
  message?: string
  /** Further `extensions` besides `code` and `action`. The client sees them. */
  details?: Readonly<Record<string, unknown>>
  /** Seconds; becomes `Retry-After`. For `RATE_LIMITED` and `UNAVAILABLE`. */
  retryAfterSeconds?: number
  /** For the log only. */
  cause?: unknown
}

/** An error with a code of the catalogue. The client sees its message; the log alone sees its cause. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, options: AuthErrorOptions = {}) {
    super(
      options.message ?? ERRORS[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.details = options.details ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** An invalid option, found at the start. The message begins with the option's name. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
  readonly option: string

  constructor(option: string, problem: string, options?: { cause?: unknown }) {
    super(`${option}: ${problem}`, options)
    this.option = option
  }
}
