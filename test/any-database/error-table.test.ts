import { describe, expect, test } from 'vitest'
import { ERRORS, type ErrorCode } from '../../src/base/errors.js'
import { type Ask, startSharedServer } from '../support/server.js'

const REALM = 'Bearer realm="sallyport"'
const BAD_TOKEN = `${REALM}, error="invalid_token"`
const STALE = `${REALM}, error="insufficient_user_authentication"`

/** What every code means on the wire: status, action, and the whole of `WWW-Authenticate`. */
const MEANING: Partial<Record<ErrorCode, readonly [number, string, string | null]>> = {
  UNAUTHENTICATED: [401, 'login', REALM],
  TOKEN_EXPIRED: [401, 'refresh', BAD_TOKEN],
  TOKEN_INVALID: [401, 'login', BAD_TOKEN],
  TOKEN_REVOKED: [401, 'login', BAD_TOKEN],
  USER_NOT_FOUND: [401, 'login', BAD_TOKEN],
  FRESH_REQUIRED: [401, 'reauthenticate', STALE],
  FORBIDDEN: [403, 'none', `${REALM}, error="insufficient_scope"`],
  INVALID_REQUEST: [400, 'none', `${REALM}, error="invalid_request"`],
  INVALID_CREDENTIALS: [401, 'none', REALM],
  REFRESH_REUSED: [401, 'login', REALM],
  SESSION_ENDED: [401, 'login', REALM],
  BAD_USER_INPUT: [400, 'none', null],
  NOT_FOUND: [404, 'none', null],
  CONFLICT: [409, 'none', null],
  GRAPHQL_PARSE_FAILED: [400, 'none', null],
  GRAPHQL_VALIDATION_FAILED: [400, 'none', null],
  INTERNAL_SERVER_ERROR: [500, 'none', null],
}
/** Their own tests show these: `login`, `whoami`; and the two that nothing here can meet yet. */
const ELSEWHERE: readonly ErrorCode[] = ['RATE_LIMITED', 'UNAVAILABLE', 'CSRF_FAILED', 'CLAIMS_REJECTED']

const server = await startSharedServer({
  refreshReuseWindow: 0,
  typeDefs: 'extend type Query { recent: String @fresh(maxAge: 60) broken: String! @public }',
  resolvers: {
    Query: {
      broken: () => {
        throw new Error('out of order')
      },
    },
  },
})
const { tokens } = server.sallyport
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }'
const REFRESH = 'mutation ($t: String) { refresh(refreshToken: $t) { accessToken } }'
const ME = '{ me { id } }'

const ada = await server.signUp()
const rotated = await server.signUp()
const stale: string = (await server.refresh(rotated.refreshToken)).data.refresh.accessToken
const gone = await server.signUp()
await server.ask('mutation { logout { ended } }', { token: gone.accessToken })
const expired = await tokens.issueAccess({ subject: 'robot', expiresIn: 1 })
const ghost = await tokens.issueAccess({ subject: ada.userId.replace(/^./, 'x') })
await (await server.store()).updateUser(ada.userId.replace(/^./, 'x'), { deletedAt: new Date(0) })
server.clock.advance(61)

type Question = readonly [query: string, how: Ask]
const withToken = (query: string, token: string, variables?: Record<string, unknown>) => () =>
  [query, { token, variables }] as const
const anonymous = (query: string, variables?: Record<string, unknown>) => () =>
  [query, { variables }] as const
const actOn = (mutation: string, token: string, jti: unknown) =>
  withToken(`mutation ($jti: ID!) { ${mutation}(jti: $jti) { jti } }`, token, { jti })

/** `refused`: before anything ran, so that there is no `data` key. `ran`: `data` is null. */
const ROWS: readonly [ErrorCode, string, 'refused' | 'ran', () => Question | Promise<Question>][] = [
  ['UNAUTHENTICATED', 'no token', 'refused', anonymous(ME)],
  ['UNAUTHENTICATED', 'nothing to refresh with', 'ran', anonymous(REFRESH)],
  ['TOKEN_EXPIRED', 'an expired token', 'refused', withToken(ME, expired)],
  ['TOKEN_INVALID', 'garbage', 'refused', withToken(ME, 'garbage')],
  ['TOKEN_INVALID', 'an access token to refresh with', 'ran', withToken(REFRESH, ada.accessToken)],
  ['TOKEN_REVOKED', 'after logout', 'refused', withToken(ME, gone.accessToken)],
  ['USER_NOT_FOUND', 'a user who is gone', 'ran', withToken(ME, ghost)],
  ['FRESH_REQUIRED', '@fresh', 'refused', withToken('mutation { deleteAccount }', stale)],
  ['FRESH_REQUIRED', '@fresh(maxAge:)', 'refused', withToken('{ recent }', ada.accessToken)],
  ['FORBIDDEN', 'a missing role', 'refused', withToken('{ allTokens { nodes { jti } } }', ada.accessToken)],
  ['INVALID_REQUEST', 'a scheme alone', 'refused', () => [ME, { headers: { authorization: 'Bearer' } }]],
  ['INVALID_CREDENTIALS', 'a wrong password', 'ran', anonymous(LOGIN, credentials('not the one'))],
  ['SESSION_ENDED', 'a refresh token after logout', 'ran', withToken(REFRESH, gone.refreshToken)],
  [
    'REFRESH_REUSED',
    'a refresh token twice',
    'ran',
    async () => {
      const { refreshToken } = await server.signUp()
      await server.refresh(refreshToken)
      return [REFRESH, { token: refreshToken }]
    },
  ],
  ['BAD_USER_INPUT', 'no name', 'ran', anonymous(LOGIN, { input: { password: 'some password' } })],
  ['BAD_USER_INPUT', 'a variable of another type', 'refused', anonymous(LOGIN, { input: 7 })],
  ['NOT_FOUND', 'a jti of nobody’s', 'ran', actOn('revoke', ada.accessToken, 'nobody’s')],
  ['CONFLICT', 'a rotated token', 'ran', actOn('unrevoke', stale, jtiOf(rotated.refreshToken))],
  ['GRAPHQL_PARSE_FAILED', 'no GraphQL', 'refused', anonymous('{')],
  ['GRAPHQL_VALIDATION_FAILED', 'no such field', 'refused', anonymous('{ nothing }')],
  ['INTERNAL_SERVER_ERROR', 'a resolver that fails', 'ran', anonymous('{ broken }')],
]

function credentials(password: string) {
  return { input: { username: ada.username, password } }
}

function jtiOf(token: string) {
  return tokens.peek(token)?.unverifiedClaims.jti
}

describe.each(['application/json', 'application/graphql-response+json'])('errors as %s', (accept) => {
  test.each(ROWS)('%s for %s', async (code, how, kind, make) => {
    const [query, ask] = await make()
    const answer = await server.ask(query, { ...ask, headers: { accept, ...ask.headers } })
    const [status, action, challenge] = MEANING[code] ?? []
    const maxAge = how === '@fresh(maxAge:)' ? ', max_age="60"' : ''
    expect(answer.code).toBe(code)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('www-authenticate')).toBe(challenge && `${challenge}${maxAge}`)
    expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${accept.replace('+', '\\+')}(;|$)`))
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('vary')?.toLowerCase()).toBe('authorization, cookie')
    expect(answer.errors[0]?.extensions).toMatchObject({ code, action })
    expect(answer.errors[0]?.extensions).not.toHaveProperty('http')
    if (kind === 'refused') expect(answer.body).not.toHaveProperty('data')
    else expect(answer.data).toBeNull()
  })
})

test('every code of the catalogue is met somewhere', () => {
  expect(Object.keys(MEANING).concat(ELSEWHERE).sort()).toEqual(Object.keys(ERRORS).sort())
  expect(new Set(ROWS.map(([code]) => code))).toEqual(new Set(Object.keys(MEANING)))
})
