import { describe, expect, test } from 'vitest'
import { PASSWORD, startServer } from '../support/server.js'

describe('login', () => {
  test('P01 gives an access token for a name and a password, and INVALID_CREDENTIALS for a wrong one', async () => {
    const server = await startServer()
    const { userId } = await server.signUp('ada')
    const login =
      'mutation ($input: LoginInput!) { login(input: $input) { accessToken tokenType user { id } } }'
    const right = await server.ask(login, { variables: { input: { username: 'ADA', password: PASSWORD } } })
    expect(right.status).toBe(200)
    expect(right.data.login).toMatchObject({ tokenType: 'Bearer', user: { id: userId } })
    const me = await server.ask('{ me { username } }', { token: right.data.login.accessToken })
    expect(me.data).toEqual({ me: { username: 'ada' } })
    const wrong = await server.ask(login, {
      variables: { input: { username: 'ada', password: 'not the one' } },
    })
    expect(wrong).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS', data: null })
    const unknown = await server.ask(login, { variables: { input: { username: 'bob', password: PASSWORD } } })
    expect(unknown.body).toEqual(wrong.body)
  })
})
