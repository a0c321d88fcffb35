import { expect, test, vi } from 'vitest'
import { forge, hmac } from '../support/forge.js'
import { makeFolder, PASSWORD, runProgram } from './start-process.js'
import { startServer } from './start-server.js'

const SECRET = 'a secret that somebody else has too'
const ME = '{ me { id } }'
/** As long as a loaded machine may take; it is polled. */
const SOON = { timeout: 20_000, interval: 50 }

async function startBoth(env: Record<string, string> = {}) {
  const folder = await makeFolder()
  const server = await startServer({ folder, env })
  const run = (args: string[], input = '') => runProgram(args, { folder, env, input })
  const runJson = async (args: string[], input = '') => {
    const { code, stdout, stderr } = await run([...args, '--json'], input)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout)
  }
  return { server, run, runJson }
}

test('token issue prints a token that the server takes; inspect and revoke read it from standard input', async () => {
  const { server, run, runJson } = await startBoth()
  const { id: userId } = await runJson(['user', 'add', '--admin', '--email', 'ada@example.com'], PASSWORD)
  const issue = ['token', 'issue', '--user', 'Ada@Example.com', '--fresh', '--claims', '{"team":"x"}']
  const issued = await run([...issue, '--expires', '10m'])
  expect(issued).toMatchObject({ code: 0, stderr: '' })
  expect(issued.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const token = issued.stdout.trim()
  expect((await server.ask('{ claims allTokens { nodes { jti } } }', token)).data.claims).toMatchObject({
    sub: userId,
    roles: ['admin'],
    fresh: true,
    team: 'x',
  })

  const inspected = await runJson(['token', 'inspect'], `${token}\n`)
  expect(inspected).toMatchObject({ state: 'valid', verified: true, subject: userId, type: 'access' })
  expect(inspected.claims.exp - inspected.claims.iat).toBe(600)

  const revoked = await runJson(['token', 'revoke', '-'], token)
  expect(revoked).toMatchObject({ jti: inspected.claims.jti, userId, revokedReason: 'admin' })
  await vi.waitFor(async () => expect((await server.ask(ME, token)).code).toBe('TOKEN_REVOKED'), SOON)
  const gone = await run(['token', 'inspect'], token)
  expect(gone).toMatchObject({ code: 1, stderr: '' })
  expect(gone.stdout).toMatch(/^revoked, verified\n/)
  expect(await run(['token', 'inspect', '--offline', '-'], token)).toMatchObject({ code: 0 })
})

test('token revoke by jti ends a token of a session, within a second', async () => {
  const { server, run, runJson } = await startBoth()
  const { accessToken } = await server.signUp('ada')
  const { claims } = await runJson(['token', 'inspect'], accessToken)
  expect(await run(['token', 'revoke', claims.jti])).toMatchObject({ code: 0 })
  await vi.waitFor(async () => expect((await server.ask(ME, accessToken)).code).toBe('TOKEN_REVOKED'), SOON)
})

test('token revoke ends what was issued elsewhere: the token itself, and with --foreign a jti', async () => {
  const { server, run, runJson } = await startBoth({ JWT_SECRET_KEY: SECRET })
  const claims = (jti: string) => ({ sub: 'from-afar', jti, exp: Math.floor(Date.now() / 1000) + 600 })
  const [whole, named] = ['whole', 'named'].map((jti) =>
    forge({ alg: 'HS256' }, claims(jti), hmac('sha256', SECRET)),
  )
  expect(await run(['token', 'revoke', 'named'])).toMatchObject({ code: 1, stdout: '' })
  expect(await runJson(['token', 'revoke'], whole)).toMatchObject({ jti: 'whole', userId: 'from-afar' })
  const { stdout } = await run(['token', 'revoke', '--foreign', 'named'])
  expect(stdout).toBe('Revoked: foreign token named.\n')
  for (const token of [whole, named]) {
    await vi.waitFor(
      async () => expect((await server.ask('{ claims }', token)).code).toBe('TOKEN_REVOKED'),
      SOON,
    )
  }
})

test('what nothing vouches for is shown as such, and a token is taken for no argument', async () => {
  const { server, run } = await startBoth()
  const { accessToken } = await server.signUp('ada')
  const forged = `${accessToken.slice(0, -4)}AAAA`
  const inspected = await run(['token', 'inspect', '--json'], forged)
  expect(inspected.code).toBe(1)
  const { unverifiedClaims, claims, ...rest } = JSON.parse(inspected.stdout)
  expect(rest).toMatchObject({ state: 'invalid', verified: false, reason: 'the signature does not match' })
  expect({ claims, sub: typeof unverifiedClaims.sub }).toEqual({ claims: undefined, sub: 'string' })
  expect((await run(['token', 'inspect'], forged)).stdout).toContain('NOT VERIFIED')

  for (const command of ['inspect', 'revoke']) {
    const refused = await run(['token', command, accessToken])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^sallyport: A token is a secret/)
    expect(refused.stderr).not.toContain(accessToken)
  }
})

test('user disable, enable and roles change what the server lets in; the last administrator stays', async () => {
  const { server, run, runJson } = await startBoth()
  const { accessToken } = await server.signUp('ada')
  await runJson(['user', 'add', '--admin', '--username', 'root'], PASSWORD)

  expect((await run(['user', 'disable', 'ada'])).stdout).toMatch(/^user [\w-]+ \(ada\): disabled\n$/)
  await vi.waitFor(async () => expect((await server.ask(ME, accessToken)).code).toBe('TOKEN_REVOKED'), SOON)
  await expect(server.logIn('ada')).rejects.toThrow('INVALID_CREDENTIALS')
  expect(await runJson(['user', 'enable', 'ada'])).toMatchObject({ username: 'ada', disabledAt: null })
  const again = await server.logIn('ada')

  const promoted = await runJson(['user', 'roles', 'ada', 'support', 'audit'])
  expect(promoted.roles).toEqual(['support', 'audit'])
  await vi.waitFor(
    async () => expect((await server.ask(ME, again.accessToken)).code).toBe('TOKEN_EXPIRED'),
    SOON,
  )
  expect(await runJson(['user', 'roles', 'ada'])).toEqual(promoted)
  expect((await runJson(['user', 'roles', 'ada', '--none'])).roles).toEqual([])

  for (const args of [
    ['disable', 'root'],
    ['roles', 'root', '--none'],
  ]) {
    const refused = await run(['user', ...args, '--json'])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(JSON.parse(refused.stderr)).toEqual({
      error: { code: 'CONFLICT', message: expect.stringContaining('last administrator') },
    })
  }
})

test('user list shows all, or those whose name begins so, without any hash', async () => {
  const { server, run, runJson } = await startBoth()
  expect(await runJson(['user', 'list'])).toEqual([])
  for (const name of ['ada', 'adam', 'bob']) await server.signUp(name)
  const all = await run(['user', 'list', '--json'])
  expect(
    JSON.parse(all.stdout)
      .map(({ username }: { username: string }) => username)
      .sort(),
  ).toEqual(['ada', 'adam', 'bob'])
  expect(all.stdout).not.toContain('argon2')
  const table = (await run(['user', 'list', '--search', 'AD'])).stdout.trimEnd().split('\n')
  expect(table[0]).toMatch(/^ID +CREATED +STATE +ROLES +NAMES$/)
  expect(table.slice(1).map((line) => line.split(/ +/).slice(2))).toEqual([
    ['enabled', '-', 'ada'],
    ['enabled', '-', 'adam'],
  ])
})
