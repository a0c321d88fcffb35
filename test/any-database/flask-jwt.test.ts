import { describe, expect, test } from 'vitest'
import { optionsFromEnv } from '../../src/index.js'
import { PASSWORD, startServer } from '../support/server.js'

const CREDENTIALS = { username: 'ada', email: 'ada@example.com', password: PASSWORD }
const LOGIN = `mutation ($input: LoginInput!) {
  login(input: $input) { accessToken accessTokenExpiresAt greeting }
}`

describe('what Flask-JWT lets an application choose', () => {
  test('P03 expiry, endpoint, the name to log in by, the answer, and the words of an error', async () => {
    const server = await startServer({
      accessTokenExpires: '5m',
      endpoint: '/auth',
      typeDefs: 'extend type AuthPayload { greeting: String! }',
      resolvers: { AuthPayload: { greeting: ({ user }) => `Hello, ${user.username}` } },
      errors: { INVALID_CREDENTIALS: () => ({ message: 'Who are you?' }) },
    })
    expect(new URL(server.url).pathname).toBe('/auth')
    await server.ask('mutation ($input: SignupInput!) { signup(input: $input) { tokenType } }', {
      variables: { input: CREDENTIALS },
    })
    const { username, email, password } = CREDENTIALS
    for (const name of [{ username }, { email }]) {
      const { data } = await server.ask(LOGIN, { variables: { input: { ...name, password } } })
      expect(data.login).toMatchObject({ greeting: 'Hello, ada' })
      expect(Date.parse(data.login.accessTokenExpiresAt)).toBe(server.clock.now() + 5 * 60_000)
    }
    const wrong = await server.ask(LOGIN, { variables: { input: { username, password: 'a wrong one' } } })
    expect(wrong.errors[0]).toMatchObject({
      message: 'Who are you?',
      extensions: { code: 'INVALID_CREDENTIALS' },
    })
  })

  test('P63 but the key of an error message: errors have the form of GraphQL, and whoever sets it is told', () => {
    expect(() => optionsFromEnv({ JWT_ERROR_MESSAGE_KEY: 'msg' })).toThrow(
      expect.objectContaining({
        option: 'JWT_ERROR_MESSAGE_KEY',
        message: expect.stringContaining('GraphQL'),
      }),
    )
  })
})
