import { describe, expect, test } from 'vitest'
import { AuthClientError, createClient } from '../../src/client/index.js'
import { PASSWORD, startSharedServer } from '../support/server.js'

describe('P72 what the client does by itself', async () => {
  const server = await startSharedServer()
  const open = async () => {
    const client = createClient({ url: server.url, clock: server.clock })
    const username = `user-${crypto.randomUUID()}`
    await client.signUp({ username, password: PASSWORD, device: 'laptop' })
    return { client, username }
  }

  async function codeOf(client: ReturnType<typeof createClient>, query: string): Promise<unknown> {
    const response = await client.fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    return (await response.json()).errors?.[0].extensions.code
  }

  test('who mistypes the password is told so, and keeps the session', async () => {
    const { client, username } = await open()
    const before = client.refreshToken()
    const attempts = [
      () => client.logIn({ username, password: 'mistyped' }),
      () => client.reauthenticate('mistyped'),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', status: 401 })
    }
    await expect(client.logIn({ password: PASSWORD })).rejects.toBeInstanceOf(AuthClientError)
    expect(client.refreshToken()).toBe(before)
  })

  test('what asks for the password again is done after it was given, also when the token had expired', async () => {
    const { client } = await open()
    server.clock.advance(16 * 60)
    await client.refresh()
    const before = client.refreshToken()
    expect(await codeOf(client, 'mutation { deleteAccount }')).toBe('FRESH_REQUIRED')
    expect(client.isLoggedIn()).toBe(true)
    server.clock.advance(16 * 60)
    await client.reauthenticate(PASSWORD)
    expect(client.refreshToken()).not.toBe(before)
    expect(await codeOf(client, 'mutation { deleteAccount }')).toBeUndefined()
  })

  test('a new password goes on in a new session', async () => {
    const { client, username } = await open()
    const sid = await sessionOf(client)
    await client.changePassword(PASSWORD, 'another horse battery')
    expect(await sessionOf(client)).not.toBe(sid)
    await client.refresh()
    await client.logIn({ username, password: 'another horse battery' })
  })

  test('who logs out is logged out, here at once and there for good', async () => {
    const { client } = await open()
    const refreshToken = client.refreshToken() ?? ''
    const ending = client.logOut()
    expect(client.isLoggedIn()).toBe(false)
    await ending
    expect((await server.refresh(refreshToken)).code).toBe('SESSION_ENDED')
  })

  test('a refresh that comes back after the logout brings nobody back', async () => {
    const { client } = await open()
    const [renewed] = await Promise.all([client.refresh(), client.logOut()])
    expect([renewed, client.isLoggedIn()]).toEqual([false, false])
  })

  test('what answers is no GraphQL server: an error with the status', async () => {
    const client = createClient({
      url: server.url,
      fetch: async () => new Response('<html>', { status: 502 }),
    })
    const failure = client.logIn({ username: 'ada', password: PASSWORD })
    await expect(failure).rejects.toMatchObject({ status: 502, code: undefined, action: 'none' })
  })
})

async function sessionOf(client: ReturnType<typeof createClient>): Promise<unknown> {
  const payload = (await client.accessToken())?.split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sid
}
