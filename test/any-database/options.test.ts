import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSallyport } from '../../src/index.js'
import { forge, hmac } from '../support/forge.js'
import { SECRET, startServer, type TestServer, type TestServerOptions } from '../support/server.js'

const sign = (claims: object, header: object = {}) =>
  forge({ alg: 'HS256', typ: 'JWT', ...header }, claims, hmac('sha256', SECRET))

/** The claims of a token from elsewhere, of an hour's life. */
const foreign = (server: TestServer, changes: object = {}) => {
  const now = server.clock.seconds()
  return { sub: 'eve', iat: now, exp: now + 3600, ...changes }
}

const claimsCode = async (server: TestServer, token: string) =>
  (await server.ask('{ claims }', { token })).code ?? 'ok'

const claimsOf = ({ sallyport }: TestServer, token: string) =>
  sallyport.tokens.peek(token)?.unverifiedClaims ?? {}

describe('P61 options of the claims', () => {
  test('issuer and audience are written, and demanded', async () => {
    const server = await startServer({ issuer: 'https://a.example', audience: ['api', 'web'] })
    const { accessToken, refreshToken } = await server.signUp()
    expect(claimsOf(server, accessToken)).toMatchObject({ iss: 'https://a.example', aud: ['api', 'web'] })
    expect(await server.judge(accessToken)).toBe('ok')
    expect((await server.refresh(refreshToken)).status).toBe(200)
    const cases: [object, string][] = [
      [{ iss: 'https://a.example', aud: 'web' }, 'ok'],
      [{ iss: 'https://a.example', aud: ['x', 'api'] }, 'ok'],
      [{ iss: 'https://a.example', aud: 'other' }, 'TOKEN_INVALID'],
      [{ iss: 'https://a.example' }, 'TOKEN_INVALID'],
      [{ iss: 'https://b.example', aud: 'api' }, 'TOKEN_INVALID'],
      [{ aud: 'api' }, 'TOKEN_INVALID'],
    ]
    for (const [changes, code] of cases) {
      expect(await claimsCode(server, sign(foreign(server, changes))), JSON.stringify(changes)).toBe(code)
    }
  })

  test('encodeIssuer and encodeAudience choose what is written among what is accepted', async () => {
    const server = await startServer({
      issuer: ['https://a.example', 'https://b.example'],
      audience: ['api', 'web'],
      encodeIssuer: 'https://b.example',
      encodeAudience: 'web',
    })
    const { accessToken } = await server.signUp()
    expect(claimsOf(server, accessToken)).toMatchObject({ iss: 'https://b.example', aud: 'web' })
    expect(await server.judge(accessToken)).toBe('ok')
    const elsewhere = foreign(server, { iss: 'https://a.example', aud: 'api' })
    expect(await claimsCode(server, sign(elsewhere))).toBe('ok')
  })

  test('leeway takes a token for so long after its exp; without it, not on the very second', async () => {
    const [strict, lenient] = [await startServer(), await startServer({ leeway: '30s' })]
    for (const server of [strict, lenient]) {
      const { accessToken } = await server.signUp()
      server.clock.advance(899)
      expect(await server.judge(accessToken)).toBe('ok')
      server.clock.advance(1)
      expect(await server.judge(accessToken)).toBe(server === strict ? 'TOKEN_EXPIRED' : 'ok')
      server.clock.advance(30)
      expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
    }
    const ahead = (seconds: number) => foreign(strict, { nbf: strict.clock.seconds() + seconds })
    expect(await claimsCode(strict, sign(ahead(10)))).toBe('ok')
    expect(await claimsCode(strict, sign(ahead(11)))).toBe('TOKEN_INVALID')
    expect(await claimsCode(lenient, sign(foreign(lenient, { nbf: lenient.clock.seconds() + 30 })))).toBe(
      'ok',
    )
  })

  test('encodeNbf off leaves nbf out', async () => {
    const [usual, without] = [await startServer(), await startServer({ encodeNbf: false })]
    expect(claimsOf(usual, (await usual.signUp()).accessToken)).toHaveProperty('nbf')
    const { accessToken } = await without.signUp()
    expect(claimsOf(without, accessToken)).not.toHaveProperty('nbf')
    expect(await without.judge(accessToken)).toBe('ok')
  })

  test('identityClaim names the user by another claim', async () => {
    const server = await startServer({ identityClaim: 'identity' })
    const { accessToken, refreshToken, userId } = await server.signUp()
    expect(claimsOf(server, accessToken)).toMatchObject({ identity: userId })
    expect(claimsOf(server, accessToken)).not.toHaveProperty('sub')
    const { data } = await server.ask('{ me { id } whoami { subject } }', { token: accessToken })
    expect(data).toEqual({ me: { id: userId }, whoami: { subject: userId } })
    expect((await server.refresh(refreshToken)).status).toBe(200)
    expect(await claimsCode(server, sign(foreign(server)))).toBe('TOKEN_INVALID')
    expect(await claimsCode(server, sign(foreign(server, { sub: undefined, identity: 'eve' })))).toBe('ok')
  })

  test('verifySubject off takes a number as a subject, as text', async () => {
    const [strict, lenient] = [await startServer(), await startServer({ verifySubject: false })]
    expect(await claimsCode(strict, sign(foreign(strict, { sub: 42 })))).toBe('TOKEN_INVALID')
    const token = sign(foreign(lenient, { sub: 42 }))
    expect((await lenient.ask('{ whoami { subject } claims }', { token })).data).toMatchObject({
      whoami: { subject: '42' },
      claims: { sub: '42' },
    })
    expect(await claimsCode(lenient, sign(foreign(lenient, { sub: ['42'] })))).toBe('TOKEN_INVALID')
  })

  test('freshFor is how long a token from elsewhere is fresh after auth_time', async () => {
    const server = await startServer({ freshFor: '2m' })
    const fresh = async (changes: object) => {
      const { data } = await server.ask('{ whoami { fresh } }', { token: sign(foreign(server, changes)) })
      return data.whoami.fresh
    }
    const now = server.clock.seconds()
    expect(await fresh({ auth_time: now - 120 })).toBe(true)
    expect(await fresh({ auth_time: now - 121 })).toBe(false)
    expect(await fresh({ auth_time: now - 1, fresh: false })).toBe(false)
    expect(await fresh({ auth_time: now + 3600 })).toBe(false)
    expect(await fresh({})).toBe(false)
  })

  test.each<[string, TestServerOptions, Record<string, (token: string) => string>]>([
    ['headerName', { headerName: 'X-Auth' }, { 'x-auth': (token) => `Bearer ${token}` }],
    ['headerType', { headerType: 'JWT' }, { authorization: (token) => `jwt ${token}` }],
    ['an empty headerType', { headerType: '' }, { authorization: (token) => token }],
  ])('%s is where the token is looked for', async (_what, options, form) => {
    const server = await startServer(options)
    const { accessToken, refreshToken } = await server.signUp()
    const at = (token: string) =>
      Object.fromEntries(Object.entries(form).map(([name, write]) => [name, write(token)]))
    const { status, headers } = await server.ask('{ me { id } }', { headers: at(accessToken) })
    expect(status).toBe(200)
    expect(headers.get('vary')?.toLowerCase()).toContain(Object.keys(form)[0])
    expect(
      (await server.ask('mutation { refresh { tokenType } }', { headers: at(refreshToken) })).status,
    ).toBe(200)
    expect((await server.ask('{ me { id } }', { token: accessToken })).status).toBe(
      options.headerType === '' ? 400 : 401,
    )
  })
})

describe('P62 the life of tokens', () => {
  test.each<[string | number, number]>([
    [60, 60],
    ['90s', 90],
    ['2h', 7200],
    ['1d', 86_400],
  ])('accessTokenExpires %s', async (accessTokenExpires, seconds) => {
    const server = await startServer({ accessTokenExpires, refreshTokenExpires: '40d' })
    const { accessToken, refreshToken } = await server.signUp()
    const { iat, exp } = claimsOf(server, accessToken)
    expect(Number(exp) - Number(iat)).toBe(seconds)
    expect(Number(claimsOf(server, refreshToken).exp) - Number(iat)).toBe(40 * 86_400)
    server.clock.advance(seconds - 1)
    expect(await server.judge(accessToken)).toBe('ok')
    server.clock.advance(1)
    expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
  })

  test('`false` is for ever: for both, and for one of them', async () => {
    const server = await startServer({ accessTokenExpires: false, refreshTokenExpires: false })
    const answer = await server.ask(
      `mutation { signup(input: { username: "ada", password: "correct horse" }) {
        accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt session { expiresAt } } }`,
    )
    const { accessToken, refreshToken, ...times } = answer.data.signup
    expect(times).toEqual({
      accessTokenExpiresAt: null,
      refreshTokenExpiresAt: null,
      session: { expiresAt: null },
    })
    expect(claimsOf(server, accessToken)).not.toHaveProperty('exp')
    server.clock.advance(50 * 365 * 86_400)
    expect(await server.judge(accessToken)).toBe('ok')
    expect((await server.ask('{ whoami { state expiresAt } }', { token: accessToken })).data.whoami).toEqual({
      state: 'ACTIVE',
      expiresAt: null,
    })
    expect((await server.refresh(refreshToken)).status).toBe(200)
    await server.ask('mutation { logout { ended } }', { token: accessToken })
    expect(await server.judge(accessToken)).toBe('TOKEN_REVOKED')

    const half = await startServer({ refreshTokenExpires: false })
    expect(claimsOf(half, (await half.signUp()).accessToken)).toHaveProperty('exp')
  })

  test('a token without exp is accepted by option alone', async () => {
    const [strict, lenient] = [await startServer(), await startServer({ allowNoExpiry: true })]
    expect(await claimsCode(strict, sign(foreign(strict, { exp: undefined })))).toBe('TOKEN_INVALID')
    expect(await claimsCode(lenient, sign(foreign(lenient, { exp: undefined })))).toBe('ok')
  })
})

describe('options of the server', () => {
  test('endpoint is the path, and no other is', async () => {
    const server = await startServer({ endpoint: '/api/graph' })
    expect(server.url).toMatch(/\/api\/graph$/)
    await server.signUp()
    expect((await fetch(`${server.origin}/graphql`)).status).toBe(404)
  })

  test('maxBodyBytes is the most that a body may have', async () => {
    const server = await startServer({ maxBodyBytes: 1_000 })
    const padded = (bytes: number) => {
      const body = JSON.stringify({ query: '{ whoami { state } }' })
      return body + ' '.repeat(bytes - body.length)
    }
    const post = async (body: string) =>
      (await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
        .status
    expect(await post(padded(1_000))).toBe(200)
    expect(await post(padded(1_001))).toBe(413)
  })

  test('without a key a secret is made in dataDir, and found again', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-data-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const open = () => createSallyport({ dataDir: join(dataDir, 'inner') })
    const first = await open()
    const token = await first.tokens.issueAccess({ subject: 'ada' })
    await first.close()
    expect((await stat(join(dataDir, 'inner'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(dataDir, 'inner'))).toContain('sallyport.db')
    const second = await open()
    expect(await second.tokens.verify(token)).toMatchObject({ kind: 'valid', subject: 'ada' })
    await second.close()
    await expect(createSallyport({ dataDir, production: true })).rejects.toThrow(/^secret: /)
  })

  test('port and host are where it listens; one that is taken is named', async () => {
    const server = await startServer()
    const { port } = new URL(server.url)
    const other = await createSallyport({ secret: SECRET, databaseUrl: server.databaseUrl })
    onTestFinished(() => other.close())
    await expect(other.listen({ port: Number(port), host: '127.0.0.1' })).rejects.toThrow(/^port: .*in use/)
    await expect(other.listen({ port: 0, host: 'no.such.host.example' })).rejects.toThrow(/^host: /)
    const { url } = await other.listen({ port: 0, host: '127.0.0.1' })
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})
