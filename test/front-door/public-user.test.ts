import { expect, onTestFinished, test } from 'vitest'
import { ERRORS, type ErrorCode } from '../../src/base/errors.js'
import { HOOKS } from '../../src/hooks.js'
import { createKey, type ErrorInfo, type PublicUser } from '../../src/index.js'
import { freshDatabase } from '../support/database.js'
import { PASSWORD, SECRET, startServer } from '../support/server.js'

/** Every text within a value, whatever it is. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  return Reflect.ownKeys(value).flatMap((key) => [String(key), ...textsIn(Reflect.get(value, key), seen)])
}

/** What the host's functions were given, by their names. */
const given = new Map<string, unknown[]>()

/** A function of the host's that remembers what it is given. */
function taking<Args extends unknown[], Answer>(name: string, answer: (...args: Args) => Answer) {
  return (...args: Args): Answer => {
    given.set(name, [...(given.get(name) ?? []), ...args])
    return answer(...args)
  }
}

const CHECKS = {
  claims: taking('claims', (user: PublicUser) => ({ shown: { ...user } })),
  headers: taking('headers', (_user: PublicUser) => ({})),
  isRevoked: taking('isRevoked', () => false),
  verifyClaims: taking('verifyClaims', () => true),
  grants: taking('grants', (claims: { roles?: readonly string[] }) => ({ roles: claims.roles ?? [] })),
  errors: Object.fromEntries(
    (Object.keys(ERRORS) as ErrorCode[]).map((code) => [
      code,
      taking('errors', (_info: ErrorInfo) => undefined),
    ]),
  ),
}

const KEY = createKey({ secret: SECRET })

const LOGIN = `mutation ($name: String!, $password: String!) {
  login(input: { username: $name, password: $password }) { accessToken refreshToken user { seen } }
}`

const CHANGE = `mutation ($next: String!) {
  changePassword(currentPassword: "${PASSWORD}", newPassword: $next) { accessToken }
}`

test('F16: no hook, context or resolver of a host is given a password hash', async () => {
  const { databaseUrl, drop } = await freshDatabase()
  onTestFinished(drop)
  const typeDefs = 'extend type User { seen: String } extend type Query { mine: JSON @auth }'
  const resolvers = {
    User: { seen: taking('field', (_user: unknown) => 'seen') },
    Query: {
      mine: async (_parent: unknown, _args: unknown, context: { user(): Promise<object> }) =>
        taking('user', (user: object) => Object.keys(user))(await context.user()),
    },
  }

  const server = await startServer({ ...CHECKS, databaseUrl, typeDefs, resolvers })
  const { username, userId, refreshToken } = await server.signUp()
  const variables = { name: username, password: PASSWORD }
  const { accessToken, user } = (await server.ask(LOGIN, { variables })).data.login
  expect(user.seen).toBe('seen')
  await server.refresh(refreshToken)
  const { data } = await server.ask('{ mine me { seen } }', { token: accessToken })
  expect(data.mine).toEqual(['id', 'username', 'email', 'roles', 'createdAt', 'disabledAt', 'deletedAt'])
  await server.sallyport.tokens.issueAccess({ subject: userId })
  await server.sallyport.tokens.issueRefresh({ subject: userId })
  // Refused for a hash that does not fit, a name that is taken, an account that is not there.
  expect((await server.ask(LOGIN, { variables: { ...variables, password: 'x' } })).code).toBe(
    'INVALID_CREDENTIALS',
  )
  await expect(server.signUp(username)).rejects.toThrow('CONFLICT')
  expect((await server.ask(CHANGE, { token: accessToken, variables: { next: username } })).code).toBe(
    'BAD_USER_INPUT',
  )
  expect((await server.ask('{ me { id } }')).code).toBe('UNAUTHENTICATED')

  // The same account, now authenticated and loaded by the host, under keys of its own.
  const elsewhere = await startServer({
    ...CHECKS,
    databaseUrl,
    typeDefs,
    resolvers,
    authenticate: taking('authenticate', () => ({ key: userId })),
    subjectOf: taking('subjectOf', (user: object) => (user as { key: string }).key),
    loadUser: taking('loadUser', ({ subject }: { subject: string }) => ({ id: subject })),
    keys: { find: taking('find', () => KEY), sign: taking('sign', () => KEY) },
  })
  const login = (await elsewhere.ask(LOGIN, { variables })).data.login
  expect((await elsewhere.refresh(login.refreshToken)).code).toBeUndefined()
  expect((await elsewhere.ask('{ mine me { seen } }', { token: login.accessToken })).data.mine).toEqual([
    'id',
  ])
  await elsewhere.sallyport.tokens.issueAccess({ subject: { key: userId } })

  expect((await (await server.store()).findUser(userId))?.passwordHash).toMatch(/^\$argon2id\$/)
  const hooks = [...HOOKS, 'errors', 'find', 'sign']
  expect([...given.keys()].sort()).toEqual([...hooks, 'field', 'user'].sort())
  for (const [name, args] of given) {
    const texts = textsIn(args)
    expect([name, texts.length > 0]).toEqual([name, true])
    expect([name, texts.filter((text) => /argon2|passwordHash|(?:username|email)Key/i.test(text))]).toEqual([
      name,
      [],
    ])
  }
  expect(textsIn(given.get('claims'))).toContain(userId)
})
