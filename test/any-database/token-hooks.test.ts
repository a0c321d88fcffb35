import { describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const headerOf = ({ sallyport }: TestServer, token: string) => sallyport.tokens.peek(token)?.unverifiedHeader
const soon = <T>(value: T) => new Promise<T>((resolve) => setImmediate(() => resolve(value)))

const BY_HOST = 'mutation { login(input: { username: "ada", password: "x" }) { accessToken refreshToken } }'

describe('F17 claims and headers', () => {
  const claimsOf = ({ sallyport }: TestServer, token: string) =>
    sallyport.tokens.peek(token)?.unverifiedClaims ?? {}

  test('are in what a host issues itself, whose own win', async () => {
    const seen: object[] = []
    const server = await startServer({
      claims: async (user) => {
        seen.push(user)
        return soon({ tenant: 'acme', plan: 'free' })
      },
      headers: () => ({ region: 'eu' }),
    })
    const { userId, username } = await server.signUp()
    const { issueAccess, issueRefresh } = server.sallyport.tokens
    seen.length = 0
    for (const issue of [issueAccess, issueRefresh]) {
      const token = await issue({ subject: userId, claims: { plan: 'pro' } })
      expect(claimsOf(server, token)).toMatchObject({ sub: userId, tenant: 'acme', plan: 'pro' })
      expect(headerOf(server, token)).toMatchObject({ region: 'eu' })
      expect(headerOf(server, await issue({ subject: userId, headers: { region: 'us' } }))).toMatchObject({
        region: 'us',
      })
    }
    expect(seen).toHaveLength(4)
    for (const user of seen) expect(user).toMatchObject({ id: userId, username })
    // Of somebody who has no account here, what there would be of one.
    await issueAccess({ subject: 'elsewhere' })
    expect(seen.at(-1)).toMatchObject({ id: 'elsewhere', username: null, roles: [] })
  })

  test('see what authenticate returned at a login, and what is kept here at a refresh', async () => {
    const seen: Record<string, unknown>[] = []
    const server = await startServer({
      authenticate: () => ({ id: 7, email: 'ada@example.com', tenant: 'acme', roles: ['editor'] }),
      subjectOf: (user) => `user-${(user as { id: number }).id}`,
      claims: (user) => {
        seen.push(user)
        return { tenant: user.tenant ?? 'unknown' }
      },
    })
    const { accessToken, refreshToken } = (await server.ask(BY_HOST)).data.login
    const subject = { id: 'user-7', roles: ['editor'] }
    expect(seen).toEqual([expect.objectContaining({ ...subject, email: 'ada@example.com', tenant: 'acme' })])
    expect(claimsOf(server, accessToken)).toMatchObject({ sub: 'user-7', tenant: 'acme' })
    const next = (await server.refresh(refreshToken)).data.refresh
    expect(seen[1]).toMatchObject({ ...subject, email: null })
    expect(claimsOf(server, next.accessToken)).toMatchObject({ sub: 'user-7', tenant: 'unknown' })
    const issued = await server.sallyport.tokens.issueAccess({ subject: { id: 8, tenant: 'other' } })
    expect(claimsOf(server, issued)).toMatchObject({ sub: 'user-8', tenant: 'other' })
  })

  test('that JSON does not keep fail by their path, wherever they come from', async () => {
    const logger = createTestLogger()
    const permissions = ['read', 'write', () => 'all']
    let broken = {}
    const server = await startServer({
      claims: () => broken,
      headers: () => ('region' in broken ? { region: undefined } : {}),
      logger,
    })
    const { username, userId, refreshToken } = await server.signUp()
    broken = { permissions }
    await expect(server.logIn(username)).rejects.toThrow('INTERNAL_SERVER_ERROR')
    expect((await server.refresh(refreshToken)).status).toBe(500)
    expect(logger.text().match(/claims\.permissions\[2\] is a function/g)?.length).toBeGreaterThanOrEqual(2)
    const { issueAccess, issueRefresh } = server.sallyport.tokens
    for (const issue of [issueAccess, issueRefresh]) {
      await expect(issue({ subject: userId })).rejects.toThrow('claims.permissions[2] is a function')
    }
    broken = { region: 1 }
    await expect(server.logIn(username)).rejects.toThrow('INTERNAL_SERVER_ERROR')
    expect(logger.text()).toContain('headers.region is undefined')
    broken = {}
    for (const issue of [issueAccess, issueRefresh]) {
      await expect(issue({ subject: userId, claims: { a: [Number.NaN] } })).rejects.toThrow(
        'claims.a[0] is NaN',
      )
      await expect(issue({ subject: userId, headers: { a: 1n } })).rejects.toThrow('headers.a is a BigInt')
    }
  })
})
