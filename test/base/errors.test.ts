import { describe, expect, test } from 'vitest'
import { AuthError, ERRORS, type ErrorCode, isErrorCode } from '../../src/base/errors.js'
import { httpOf, toGraphQLError } from '../../src/base/graphql-error.js'

const REALM = 'Bearer realm="sallyport"'
const challenge = (error: string) => `${REALM}, error="${error}"`

/** Code, status, `WWW-Authenticate`, action: the table of the design. */
const CATALOGUE: [ErrorCode, number, string | undefined, string][] = [
  ['UNAUTHENTICATED', 401, REALM, 'login'],
  ['TOKEN_EXPIRED', 401, challenge('invalid_token'), 'refresh'],
  ['TOKEN_INVALID', 401, challenge('invalid_token'), 'login'],
  ['TOKEN_REVOKED', 401, challenge('invalid_token'), 'login'],
  ['USER_NOT_FOUND', 401, challenge('invalid_token'), 'login'],
  ['CLAIMS_REJECTED', 401, challenge('invalid_token'), 'login'],
  ['FRESH_REQUIRED', 401, challenge('insufficient_user_authentication'), 'reauthenticate'],
  ['FORBIDDEN', 403, challenge('insufficient_scope'), 'none'],
  ['CSRF_FAILED', 403, undefined, 'none'],
  ['INVALID_REQUEST', 400, challenge('invalid_request'), 'none'],
  ['INVALID_CREDENTIALS', 401, REALM, 'none'],
  ['REFRESH_REUSED', 401, REALM, 'login'],
  ['SESSION_ENDED', 401, REALM, 'login'],
  ['RATE_LIMITED', 429, undefined, 'retry'],
  ['BAD_USER_INPUT', 400, undefined, 'none'],
  ['NOT_FOUND', 404, undefined, 'none'],
  ['CONFLICT', 409, undefined, 'none'],
  ['UNAVAILABLE', 503, undefined, 'retry'],
  ['GRAPHQL_PARSE_FAILED', 400, undefined, 'none'],
  ['GRAPHQL_VALIDATION_FAILED', 400, undefined, 'none'],
  ['INTERNAL_SERVER_ERROR', 500, undefined, 'none'],
]

describe('the catalogue of errors', () => {
  test.each(CATALOGUE)(
    '%s is answered with %i and its challenge, and says what to do',
    (code, status, header, action) => {
      const error = new AuthError(code)
      const headers = header === undefined ? {} : { 'WWW-Authenticate': header }
      expect(httpOf(error)).toEqual({ status, headers })
      const { message, extensions } = toGraphQLError(error, { http: true })
      expect(extensions).toEqual({ code, action, http: { status, headers } })
      expect(message).toMatch(/^[A-Z][^\n]*\.$/)
    },
  )

  test('is closed', () => {
    expect(Object.keys(ERRORS).sort()).toEqual(CATALOGUE.map(([code]) => code).sort())
    expect(isErrorCode('TOKEN_EXPIRED')).toBe(true)
    for (const other of ['toString', '__proto__', 'token_expired', '', null, 401]) {
      expect(isErrorCode(other)).toBe(false)
    }
  })
})

describe('an error as GraphQL has it', () => {
  test('has its details beside code and action, which they cannot change', () => {
    const details = { field: 'email', code: 'FORBIDDEN', action: 'login' }
    expect(toGraphQLError(new AuthError('CONFLICT', { details })).extensions).toEqual({
      field: 'email',
      code: 'CONFLICT',
      action: 'none',
    })
  })

  test('shows its own message, and of its cause nothing', () => {
    const error = new AuthError('UNAVAILABLE', { message: 'Later.', cause: new Error('password: hunter2') })
    const mapped = toGraphQLError(error, { http: true })
    expect(mapped.message).toBe('Later.')
    expect(JSON.stringify(mapped)).not.toContain('hunter2')
    expect(mapped.originalError).toBeUndefined()
    expect(mapped.cause).toBe(error.cause)
  })
})

describe('headers of an error', () => {
  test.each([
    [0, '1'],
    [0.2, '1'],
    [1.5, '2'],
    [90, '90'],
  ])('Retry-After of %d s is %s: whole seconds, and not at once', (retryAfterSeconds, expected) => {
    expect(httpOf(new AuthError('RATE_LIMITED', { retryAfterSeconds })).headers).toEqual({
      'Retry-After': expected,
    })
  })

  test('the challenge has max_age where the rule has one, and no text from elsewhere', () => {
    const challengeFor = (maxAge: unknown) =>
      httpOf(new AuthError('FRESH_REQUIRED', { details: { maxAge } })).headers['WWW-Authenticate']
    expect(challengeFor(300)).toBe(`${challenge('insufficient_user_authentication')}, max_age="300"`)
    for (const other of ['300"\r\nX-Evil: 1', Number.NaN, Number.POSITIVE_INFINITY, null, {}]) {
      expect(challengeFor(other)).toBe(challenge('insufficient_user_authentication'))
    }
  })
})
