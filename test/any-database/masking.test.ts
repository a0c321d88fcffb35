import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { PASSWORD, startSharedServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const SECRET_TEXT = 'postgresql://root:hunter2@db'

/** What a host's resolver may throw. */
const THROWN: Record<string, () => unknown> = {
  error: () => new Error(SECRET_TEXT),
  text: () => SECRET_TEXT,
  nothing: () => undefined,
  withExtensions: () =>
    Object.assign(new Error(SECRET_TEXT), { extensions: { code: 'FORBIDDEN', action: 'none' } }),
  withPath: () => Object.assign(new Error(SECRET_TEXT), { path: [SECRET_TEXT], locations: [] }),
  wrapped: () => new GraphQLError(SECRET_TEXT, { originalError: new Error(SECRET_TEXT) }),
  several: () => new AggregateError([new Error(SECRET_TEXT)], SECRET_TEXT),
  own: () => new GraphQLError('No such order.', { extensions: { code: 'ORDER_GONE', order: 7 } }),
  bare: () => new GraphQLError('The shop is closed.'),
  ours: () => new GraphQLError('Not yours.', { extensions: { code: 'FORBIDDEN' } }),
  teapot: () =>
    new GraphQLError('Tea only.', { extensions: { http: { status: 418, headers: { 'x-tea': 'yes' } } } }),
  auth: () => new AuthError('NOT_FOUND', { details: { field: 'id' }, cause: new Error(SECRET_TEXT) }),
}

const logger = createTestLogger()
const errorsLogged = () => logger.lines.filter(({ fields }) => 'err' in fields)
const fail = (_parent: unknown, { how }: { how: string }) => {
  throw THROWN[how]?.()
}
const server = await startSharedServer({
  logger,
  typeDefs: `enum Colour { RED } extend type Query {
    fail(how: String!): String @public
    failHard(how: String!): String! @public
    fine: String @public
    wrong: Int @public
    colour: Colour @public
    object: String @public
    missing: String! @public
  }`,
  resolvers: {
    Query: {
      fail,
      failHard: fail,
      fine: () => 'fine',
      wrong: () => SECRET_TEXT,
      colour: () => SECRET_TEXT,
      object: () => ({ a: SECRET_TEXT }),
    },
  },
})
const throwing = (field: 'fail' | 'failHard', how: string) =>
  server.ask(`query ($how: String!) { ${field}(how: $how) }`, { variables: { how } })

describe('an error that is not meant to be seen', () => {
  test.each(['error', 'text', 'nothing', 'withExtensions', 'withPath', 'wrapped', 'several'])(
    'is masked, under an id that the log has: %s',
    async (how) => {
      const before = errorsLogged().length
      const { status, code, errors, data, body } = await throwing('failHard', how)
      expect({ status, code, data }).toEqual({ status: 500, code: 'INTERNAL_SERVER_ERROR', data: null })
      expect(JSON.stringify(body)).not.toMatch(/hunter2/)
      expect(errors).toHaveLength(1)
      const id = errors[0]?.extensions.id
      const logged = errorsLogged().slice(before)
      expect(logged).toEqual([
        {
          level: 'error',
          message: 'request failed',
          fields: expect.objectContaining({ errorId: id, err: expect.anything() }),
        },
      ])
    },
  )

  test.each([
    ['a value of another type', '{ wrong }'],
    ['a value that is none of the enum', '{ colour }'],
    ['an object for a text', '{ object }'],
    ['null where there may be none', '{ missing }'],
  ])('so is %s', async (_what, query) => {
    const { code, errors, body } = await server.ask(query)
    expect(code).toBe('INTERNAL_SERVER_ERROR')
    expect(JSON.stringify(body)).not.toMatch(/hunter2/)
    expect(logger.text()).toContain(errors[0]?.extensions.id)
  })

  test('leaves the other fields their data, and 200', async () => {
    const { status, data, errors, headers } = await server.ask('{ fine fail(how: "error") }')
    expect({ status, data }).toEqual({ status: 200, data: { fine: 'fine', fail: null } })
    expect(errors[0]).toMatchObject({ path: ['fail'], extensions: { code: 'INTERNAL_SERVER_ERROR' } })
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('a host’s own GraphQLError passes', () => {
  test.each([
    ['own', 400, { message: 'No such order.', extensions: { code: 'ORDER_GONE', order: 7, action: 'none' } }],
    ['bare', 500, { message: 'The shop is closed.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    ['ours', 403, { message: 'Not yours.', extensions: { code: 'FORBIDDEN', action: 'none' } }],
    ['teapot', 418, { message: 'Tea only.' }],
    ['auth', 404, { extensions: { code: 'NOT_FOUND', field: 'id', action: 'none' } }],
  ])('%s: %i where there is no data, and 200 beside data', async (how, status, error) => {
    const before = errorsLogged().length
    const hard = await throwing('failHard', how)
    expect(hard).toMatchObject({ status, data: null, errors: [{ path: ['failHard'], ...error }] })
    const soft = await throwing('fail', how)
    expect(soft).toMatchObject({ status: 200, data: { fail: null }, errors: [{ path: ['fail'], ...error }] })
    for (const { headers, body } of [hard, soft]) {
      expect(headers.get('cache-control')).toBe('no-store')
      expect(JSON.stringify(body)).not.toMatch(/http|hunter2/)
    }
    expect(soft.headers.get('www-authenticate')).toBeNull()
    expect(soft.headers.get('x-tea')).toBeNull()
    expect(errorsLogged()).toHaveLength(before)
  })

  test('a code of ours brings its challenge, a status of one’s own its headers', async () => {
    expect((await throwing('failHard', 'ours')).headers.get('www-authenticate')).toBe(
      'Bearer realm="sallyport", error="insufficient_scope"',
    )
    expect((await throwing('failHard', 'teapot')).headers.get('x-tea')).toBe('yes')
  })
})

test('an argument that proves wrong only when it is read is the client’s mistake', async () => {
  const query =
    'mutation ($p: String = "x") { login(input: { username: "ada", password: $p }) { tokenType } }'
  const before = errorsLogged().length
  expect(await server.ask(query, { variables: { p: null } })).toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
    data: null,
    errors: [{ message: 'Argument "input" has invalid value.', path: ['login'] }],
  })
  const directive = 'query ($p: Boolean = true) { whoami @include(if: $p) { state } }'
  expect(await server.ask(directive, { variables: { p: null } })).toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
  })
  expect(errorsLogged()).toHaveLength(before)
})

describe('nothing secret is in a message or in the log', async () => {
  const ada = await server.signUp()
  const secret = 'the-secret-that-must-not-show'
  const login = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }'

  test.each<[string, string, Record<string, unknown> | undefined]>([
    ['a wrong password', login, { input: { username: 'ada', password: secret } }],
    ['a list as a password', login, { input: { username: 'ada', password: [secret] } }],
    ['an object as a password', login, { input: { username: 'ada', password: { a: secret } } }],
    ['a password at the wrong place', login, { input: secret }],
    ['a password under another name', login, { input: { username: 'ada', pasword: secret } }],
    ['a password that quotes', login, { input: { username: 1, password: `" at "${secret}"; x` } }],
    ['a null password beside it', login, { input: { username: secret, password: null } }],
    ['an object in the document', `mutation { login(input: "${secret}") { accessToken } }`, undefined],
    [
      'an enum for a password',
      `mutation { login(input: { password: ${secret.replaceAll('-', '_')} }) { tokenType } }`,
      undefined,
    ],
    ['a number for a password', 'mutation { login(input: { password: 31415926 }) { tokenType } }', undefined],
    ['a stray text', `mutation { login(input: { password "${secret}" }) { tokenType } }`, undefined],
    [
      'a stray block text',
      `mutation { login(input: { password """${secret}""" }) { tokenType } }`,
      undefined,
    ],
    ['a stray number', 'mutation { login(input: { password 31415926 }) { tokenType } }', undefined],
    [
      'a text that does not end',
      `mutation { login(input: { password: "${secret} }) { tokenType } }`,
      undefined,
    ],
    ['a bad escape', `mutation { login(input: { password: "${secret}\\q" }) { tokenType } }`, undefined],
    ['a default of another type', `mutation ($p: Int = "${secret}") { logout { ended } }`, undefined],
    [
      'a garbage token to refresh',
      `mutation { refresh(refreshToken: "${secret}") { tokenType } }`,
      undefined,
    ],
    ['a jti of nobody’s', `mutation { revoke(jti: "${secret}") { jti } }`, undefined],
    ['a type that is none', `{ tokens(type: "${secret}") { nodes { jti } } }`, undefined],
    ['a cursor that is none', `{ tokens(after: "${secret}") { nodes { jti } } }`, undefined],
    [
      'a sign-up',
      'mutation ($p: String!) { signup(input: { username: "x", password: $p }) { tokenType } }',
      { p: secret },
    ],
    [
      'a new password that is too short',
      'mutation ($p: String!) { changePassword(currentPassword: $p, newPassword: "x") { tokenType } }',
      { p: secret },
    ],
  ])('%s', async (_what, query, variables) => {
    const { body, code } = await server.ask(query, { token: ada.accessToken, variables })
    expect(code).toBeDefined()
    const shown = JSON.stringify(body).replaceAll('_', '-')
    expect(shown).not.toContain(secret)
    expect(shown).not.toContain('31415926')
  })

  test('the log has none of it', async () => {
    await server.ask('{ me { id } }', { token: `${ada.accessToken}x` })
    await server.refresh(ada.refreshToken)
    const text = logger.text()
    for (const it of [
      secret,
      PASSWORD,
      ada.accessToken,
      ada.refreshToken,
      '31415926',
      'whoami {',
      'login(',
    ]) {
      expect(text).not.toContain(it)
    }
  })
})
