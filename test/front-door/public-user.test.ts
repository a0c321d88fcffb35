import { expect, test } from 'vitest'
import type { PublicUser } from '../../src/index.js'
import { PASSWORD, startServer } from '../support/server.js'

/** Every text within a value, whatever it is. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  return Reflect.ownKeys(value).flatMap((key) => [String(key), ...textsIn(Reflect.get(value, key), seen)])
}

test('F16: no hook, context or resolver of a host is given a password hash', async () => {
  const given: unknown[] = []
  /** A function of the host's that remembers what it is given. */
  const taking =
    <Args extends unknown[], Answer>(answer: (...args: Args) => Answer) =>
    (...args: Args): Answer => {
      given.push(...args)
      return answer(...args)
    }
  const server = await startServer({
    typeDefs: 'extend type User { seen: String } extend type Query { mine: JSON @auth }',
    resolvers: {
      User: { seen: taking((_user: unknown) => 'seen') },
      Query: {
        mine: async (_parent: unknown, _args: unknown, context: { user(): Promise<object> }) =>
          taking((user: object) => Object.keys(user))(await context.user()),
      },
    },
    claims: taking((user: PublicUser) => ({ shown: { ...user } })),
    headers: taking((_user: PublicUser) => ({})),
    isRevoked: taking(() => false),
    verifyClaims: taking(() => true),
    grants: taking((claims: { roles?: readonly string[] }) => ({ roles: claims.roles ?? [] })),
  })
  const { username, userId, refreshToken } = await server.signUp()
  const { accessToken } = await server.logIn(username)
  await server.refresh(refreshToken)
  const { data } = await server.ask('{ mine me { seen } }', { token: accessToken })
  expect(data.mine).toEqual(['id', 'username', 'email', 'roles', 'createdAt', 'disabledAt', 'deletedAt'])
  const login = `mutation { login(input: { username: "${username}", password: "${PASSWORD}" }) { user { seen } } }`
  expect((await server.ask(login)).data.login.user.seen).toBe('seen')

  const user = await (await server.store()).findUser(userId)
  expect(user?.passwordHash).toMatch(/^\$argon2id\$/)
  expect(given.length).toBeGreaterThan(8)
  const texts = textsIn(given)
  expect(texts).toContain(userId)
  expect(texts.filter((text) => /argon2|passwordHash/i.test(text))).toEqual([])
})
