import { describe, expect, test } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { createSallyport } from '../../src/index.js'
import { SECRET, startServer, type TestServer, type TestServerOptions } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const headerOf = ({ sallyport }: TestServer, token: string) => sallyport.tokens.peek(token)?.unverifiedHeader
const soon = <T>(value: T) => new Promise<T>((resolve) => setImmediate(() => resolve(value)))

describe('P31 what a host adds to its tokens', () => {
  test('headers are in the header of every token, and the context shows them', async () => {
    const server = await startServer({ headers: async ({ username }) => soon({ tenant: username ?? '' }) })
    const { username, accessToken, refreshToken } = await server.signUp()
    for (const token of [accessToken, refreshToken]) {
      expect(headerOf(server, token)).toMatchObject({ alg: 'HS256', tenant: username })
    }
    const { data } = await server.refresh(refreshToken)
    expect(headerOf(server, data.refresh.refreshToken)).toMatchObject({ tenant: username })
    expect(await server.judge(data.refresh.accessToken)).toBe('ok')
  })

  test.each(['alg', 'kid', 'crit', 'jwk', 'jku', 'x5u', 'x5c'])('headers may not set %s', async (name) => {
    const server = await startServer({ headers: () => ({ [name]: 'x' }) })
    await expect(server.signUp()).rejects.toThrow('INTERNAL_SERVER_ERROR')
  })

  test('subjectOf says what sub is, for authenticate and for tokens.issueAccess', async () => {
    const users = [{ email: 'ada@example.com', roles: ['editor'] }]
    const server = await startServer({
      authenticate: ({ email }) => users.find((user) => user.email === email) ?? null,
      subjectOf: (user) => `mail:${(user as { email: string }).email}`,
    })
    const login = 'mutation { login(input: { email: "ada@example.com", password: "x" }) { accessToken } }'
    const { data } = await server.ask(login)
    const issued = await server.sallyport.tokens.issueAccess({ subject: { email: 'bob@example.com' } })
    const claims = async (token: string) => (await server.ask('{ claims }', { token })).data.claims
    expect(await claims(data.login.accessToken)).toMatchObject({
      sub: 'mail:ada@example.com',
      roles: ['editor'],
    })
    expect(await claims(issued)).toMatchObject({ sub: 'mail:bob@example.com' })
  })

  test('P23 without it a subject that is no text is refused', async () => {
    const { sallyport } = await startServer()
    await expect(sallyport.tokens.issueAccess({ subject: { id: 1 } })).rejects.toThrow()
  })
})

const WAYS = [
  ['at once', <T>(value: T) => value],
  ['later', soon],
] as const

describe.each(WAYS)('a host’s checks that answer %s', (_when, answer) => {
  test('P31 verifyClaims: anything but true is CLAIMS_REJECTED, everywhere; it gets claims and header', async () => {
    const seen: unknown[] = []
    let verdict: unknown = true
    const server = await startServer({
      verifyClaims: (claims, header) => {
        seen.push([claims.sub, header.alg])
        return answer(verdict) as boolean
      },
    })
    const { accessToken, refreshToken, userId } = await server.signUp()
    expect(await server.judge(accessToken)).toBe('ok')
    expect(seen).toEqual([[userId, 'HS256']])
    const next = (await server.refresh(refreshToken)).data.refresh
    for (verdict of [false, undefined, 1]) {
      expect(await server.judge(next.accessToken)).toBe('CLAIMS_REJECTED')
      expect(await server.refresh(next.refreshToken)).toMatchObject({ status: 401, code: 'CLAIMS_REJECTED' })
      expect(await server.sallyport.tokens.verify(next.accessToken)).toEqual({ kind: 'rejected' })
      const { data } = await server.ask('{ whoami { state code } }', { token: next.accessToken })
      expect(data.whoami).toEqual({ state: 'INVALID', code: 'CLAIMS_REJECTED' })
    }
    verdict = true
    expect((await server.refresh(next.refreshToken)).status).toBe(200)
  })

  test('P32 isRevoked: true is revoked, false is not, anything else lets nobody in', async () => {
    const logger = createTestLogger()
    let verdict: unknown = false
    const server = await startServer({ isRevoked: () => answer(verdict) as boolean, logger })
    const { accessToken, refreshToken, userId } = await server.signUp()
    expect(await server.judge(accessToken)).toBe('ok')
    verdict = true
    expect(await server.judge(accessToken)).toBe('TOKEN_REVOKED')
    expect((await server.refresh(refreshToken)).code).toBe('SESSION_ENDED')
    expect(await server.sallyport.tokens.verify(accessToken)).toEqual({ kind: 'revoked' })
    const { data } = await server.ask('{ whoami { state subject } }', { token: accessToken })
    expect(data.whoami).toEqual({ state: 'REVOKED', subject: userId })
    verdict = undefined
    expect(await server.ask('{ me { id } }', { token: accessToken })).toMatchObject({
      status: 503,
      code: 'UNAVAILABLE',
    })
    expect((await server.refresh(refreshToken)).code).toBe('UNAVAILABLE')
    expect(logger.text()).toContain('isRevoked answered neither true nor false')
    verdict = false
    expect((await server.refresh(refreshToken)).status).toBe(200)
  })
})

describe('a hook that throws fails closed, and the log says why', () => {
  const broken = () => {
    throw new Error('the tenant service is down')
  }
  test.each<[string, TestServerOptions, string]>([
    ['verifyClaims', { verifyClaims: broken }, 'CLAIMS_REJECTED'],
    ['verifyClaims, later', { verifyClaims: async () => broken() }, 'CLAIMS_REJECTED'],
    ['isRevoked', { isRevoked: broken }, 'UNAVAILABLE'],
    ['isRevoked, later', { isRevoked: async () => broken() }, 'UNAVAILABLE'],
    ['grants', { grants: broken }, 'CLAIMS_REJECTED'],
    ['loadUser', { loadUser: broken }, 'INTERNAL_SERVER_ERROR'],
  ])('%s', async (_name, options, code) => {
    const logger = createTestLogger()
    const server = await startServer({ ...options, logger })
    const { accessToken } = await server.signUp()
    expect(await server.judge(accessToken)).toBe(code)
    expect(logger.text()).toContain('the tenant service is down')
  })
})

test('P41 blocklistChecks says which types isRevoked is asked about', async () => {
  for (const [blocklistChecks, access, refresh] of [
    ['all', 'TOKEN_REVOKED', 'SESSION_ENDED'],
    ['refresh', 'ok', 'SESSION_ENDED'],
    ['none', 'ok', 'ok'],
  ] as const) {
    const server = await startServer({ blocklistChecks, isRevoked: () => true })
    const { accessToken, refreshToken } = await server.signUp()
    expect(await server.judge(accessToken)).toBe(access)
    expect((await server.refresh(refreshToken)).code ?? 'ok').toBe(refresh)
  }
})

test('grants read the rights of a token', async () => {
  const server = await startServer({ grants: ({ groups }) => ({ roles: groups }) })
  const issue = (groups: string[]) =>
    server.sallyport.tokens.issueAccess({ subject: 'ada', claims: { groups } })
  const ask = (token: string) => server.ask('{ users { nodes { id } } }', { token })
  expect((await ask(await issue(['admin']))).code).not.toBe('FORBIDDEN')
  expect((await ask(await issue(['other']))).code).toBe('FORBIDDEN')
})

test('P16 P32 createAuthContext asks isRevoked and verifyClaims, and with skipRevocationCheck the second alone', async () => {
  const server = await startServer()
  const { accessToken } = await server.signUp()
  const kindOf = async (options: object) => {
    const auth = createAuthContext({ secret: SECRET, clock: server.clock, logger: false, ...options })
    return (await auth({ headers: { authorization: `Bearer ${accessToken}` } })).identity.kind
  }
  const isRevoked = () => true
  expect(await kindOf({ isRevoked })).toBe('revoked')
  expect(await kindOf({ isRevoked, skipRevocationCheck: true })).toBe('active')
  expect(await kindOf({ isRevoked, skipRevocationCheck: true, verifyClaims: () => false })).toBe('invalid')
})

test('a hook answers at once, and so does the context', async () => {
  const server = await startServer({ verifyClaims: () => true, isRevoked: () => false })
  const { accessToken } = await server.signUp()
  const context = server.sallyport.context({ headers: { authorization: `Bearer ${accessToken}` } })
  expect(context).not.toBeInstanceOf(Promise)
  expect(context).toMatchObject({ identity: { kind: 'active' } })
})

test.each([
  'authenticate',
  'loadUser',
  'claims',
  'headers',
  'subjectOf',
  'grants',
  'isRevoked',
  'verifyClaims',
])('%s that is no function stops the start', async (option) => {
  const options: object = { secret: SECRET, [option]: 'a text' }
  await expect(createSallyport(options)).rejects.toMatchObject({
    option,
    message: `${option}: must be a function`,
  })
})
