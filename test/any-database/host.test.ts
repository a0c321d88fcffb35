import { describe, expect, test } from 'vitest'
import { createSallyport } from '../../src/index.js'
import { freshDatabase } from '../support/database.js'
import { SECRET, startServer, startSharedServer } from '../support/server.js'

interface HostContext {
  identity: { kind: string; subject?: string; formerSubject?: string }
  claims: Record<string, unknown> | null
  user(): Promise<{ name: string } | null>
  session(): Promise<{ id: string } | null>
}

const typeDefs = `
  type Note { id: ID! text: String! author: String }
  extend type Query {
    note(id: ID!): Note @auth
    kind: String! @public
    userName: String @public
    userTwice: Boolean! @auth
    sessionId: ID @auth
  }
  extend type User { shoeSize: Int }
`

describe('P02 the user of the context', async () => {
  const loaded: string[] = []
  const server = await startSharedServer({
    typeDefs,
    resolvers: {
      Query: {
        note: async (_parent: unknown, { id }: { id: string }, context: HostContext) => ({
          id,
          text: `note ${id}`,
          author: (await context.user())?.name,
        }),
        kind: (_parent: unknown, _args: unknown, { identity }: HostContext) => identity.kind,
        userName: async (_parent: unknown, _args: unknown, { user }: HostContext) => (await user())?.name,
        userTwice: async (_parent: unknown, _args: unknown, { user }: HostContext) => {
          const first = await user()
          return first === (await user())
        },
        sessionId: async (_parent: unknown, _args: unknown, { session }: HostContext) =>
          (await session())?.id,
      },
      User: { shoeSize: () => 39 },
    },
    async loadUser({ subject }, claims) {
      loaded.push(subject)
      return subject === 'gone' ? null : { id: subject, name: `user of ${claims.sub}`, roles: ['guest'] }
    },
  })
  const { accessToken, userId, sessionId } = await server.signUp()

  test('is what the host’s loader answers, for its fields and for `me`', async () => {
    const { data } = await server.ask('{ note(id: 7) { text author } me { id roles shoeSize username } }', {
      token: accessToken,
    })
    expect(data).toEqual({
      note: { text: 'note 7', author: `user of ${userId}` },
      me: { id: userId, roles: ['guest'], shoeSize: 39, username: null },
    })
  })

  test('is loaded on demand, and once a request', async () => {
    loaded.length = 0
    await server.ask('{ kind sessionId }', { token: accessToken })
    expect(loaded).toEqual([])
    const { data } = await server.ask('{ userTwice userName me { id } }', { token: accessToken })
    expect(data.userTwice).toBe(true)
    expect(loaded).toEqual([userId])
  })

  test('is nobody without a live token', async () => {
    loaded.length = 0
    expect((await server.ask('{ kind userName }')).data).toEqual({ kind: 'anonymous', userName: null })
    expect((await server.ask('{ kind userName }', { token: 'x' })).data).toEqual({
      kind: 'invalid',
      userName: null,
    })
    expect(loaded).toEqual([])
  })

  test('whom the loader does not know is USER_NOT_FOUND', async () => {
    const token = await server.sallyport.tokens.issueAccess({ subject: 'gone' })
    expect(await server.ask('{ me { id } }', { token })).toMatchObject({
      status: 401,
      code: 'USER_NOT_FOUND',
      data: null,
      errors: [{ path: ['me'], extensions: { action: 'login' } }],
    })
  })

  test('comes with the session', async () => {
    const { data } = await server.ask('{ sessionId }', { token: accessToken })
    expect(data.sessionId).toBe(sessionId)
  })
})

describe('P07 a host that checks the password itself', async () => {
  const asked: unknown[] = []
  let roles = ['editor']
  let odd: object = {}
  const server = await startSharedServer({
    authenticate: async (credentials) => {
      asked.push(credentials)
      if (credentials.username === 'odd') return odd as { id: string }
      return credentials.password === 'open sesame' ? { id: `ldap:${credentials.username}`, roles } : null
    },
    claims: ({ id }) => ({ tenant: id.split(':')[0] }),
  })
  const logIn = (input: Record<string, unknown>) =>
    server.ask(
      `mutation ($input: LoginInput!) {
        login(input: $input) { accessToken refreshToken user { id roles username } session { id } }
      }`,
      { variables: { input } },
    )

  test('logs in whom it knows, with the roles and claims that it gives, and refresh keeps them', async () => {
    const { data } = await logIn({ username: 'ada', password: 'open sesame', device: 'desk' })
    expect(asked).toEqual([{ username: 'ada', email: null, password: 'open sesame', device: 'desk' }])
    expect(data.login.user).toEqual({ id: 'ldap:ada', roles: ['editor'], username: null })
    const claimsOf = async (token: string) => (await server.ask('{ claims }', { token })).data.claims
    expect(await claimsOf(data.login.accessToken)).toMatchObject({
      sub: 'ldap:ada',
      roles: ['editor'],
      tenant: 'ldap',
    })
    const next = (await server.refresh(data.login.refreshToken)).data.refresh
    expect(await claimsOf(next.accessToken)).toMatchObject({ roles: ['editor'], tenant: 'ldap' })
    expect(await server.judge(next.accessToken)).toBe('ok')
  })

  test('takes the roles of the last login', async () => {
    roles = ['reader']
    const first = (await logIn({ username: 'bob', password: 'open sesame' })).data.login
    roles = ['reader', 'writer']
    await logIn({ username: 'bob', password: 'open sesame' })
    const { data } = await server.refresh(first.refreshToken)
    expect(data.refresh.user.roles).toEqual(['reader', 'writer'])
  })

  test('answers INVALID_CREDENTIALS for whom it does not know', async () => {
    const answer = await logIn({ username: 'ada', password: 'open barley' })
    expect(answer).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS', data: null })
  })

  test.each([
    ['an id that is a number', 7],
    ['an empty id', ''],
    ['no id', undefined],
  ])('an identity with %s is the host’s mistake, and nobody is logged in', async (_what, id) => {
    odd = { id }
    const answer = await logIn({ username: 'odd', password: 'open sesame' })
    expect(answer).toMatchObject({ status: 500, code: 'INTERNAL_SERVER_ERROR', data: null })
  })

  test('has neither sign-up nor the fields that need a password of ours; sessions stay', async () => {
    const { data } = await server.ask('{ __schema { mutationType { fields { name } } } }')
    const names = data.__schema.mutationType.fields.map(({ name }: { name: string }) => name)
    expect(names.sort()).toEqual(
      [
        'login',
        'logout',
        'refresh',
        'revoke',
        'revokeAllSessions',
        'revokeOtherSessions',
        'revokeSession',
        'revokeUserSessions',
        'setRoles',
        'setUserDisabled',
        'unrevoke',
      ].sort(),
    )
    const { data: login } = await logIn({ username: 'eve', password: 'open sesame' })
    await server.ask('mutation { revokeAllSessions }', { token: login.login.accessToken })
    expect(await server.judge(login.login.accessToken)).toBe('TOKEN_REVOKED')
    expect((await logIn({ username: 'eve', password: 'open sesame' })).status).toBe(200)
  })
})

describe('the host’s part of the schema', () => {
  test('turns off root fields of ours', async () => {
    const server = await startServer({ disabledFields: ['Mutation.signup', 'Query.allTokens'] })
    for (const query of ['mutation { signup(input: {}) { tokenType } }', '{ allTokens { nodes { jti } } }']) {
      expect(await server.ask(query)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
    }
    expect((await server.ask('{ whoami { state } }')).status).toBe(200)
  })

  test.each([
    [
      'an unknown field to be turned off',
      { disabledFields: ['Query.nothing'] },
      /^disabledFields: Query.nothing/,
    ],
    ['a root field without a rule', { typeDefs: 'extend type Query { bare: Int }' }, /Query\.bare/],
    [
      'a rule that means nothing',
      { typeDefs: 'extend type Query { bare: Int @auth(roles: []) }' },
      /Query\.bare/,
    ],
    ['an option that is none', { acessTokenExpires: '1h' }, /^acessTokenExpires: /],
  ])('refuses to start with %s, and lets go of the database', async (_what, options, message) => {
    const { databaseUrl, drop } = await freshDatabase()
    const starting = createSallyport({ secret: SECRET, databaseUrl, ...options })
    await expect(starting).rejects.toThrow(message)
    await drop()
  })

  test('a claims loader may not set what is ours: the login fails, and nothing is shown of why', async () => {
    const server = await startServer({ claims: () => ({ roles: ['admin'] }) })
    const answer = await server.ask(
      'mutation { signup(input: { username: "ada", password: "correct horse" }) { accessToken } }',
    )
    expect(answer).toMatchObject({ status: 500, code: 'INTERNAL_SERVER_ERROR', data: null })
    expect(JSON.stringify(answer.body)).not.toContain('roles')
  })
})
