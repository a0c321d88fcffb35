import { generateKeyPairSync } from 'node:crypto'
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { createSallyport } from '../../src/index.js'
import { createKeyStore } from '../../src/keys/key-store.js'
import { keyFile, makeKeyFolder, mountSecret } from '../support/key-folder.js'
import { startServer, type TestServerOptions } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'
import { createTestLogger } from '../support/test-logger.js'

const RULES = { reloadSeconds: 10, longestTokenSeconds: 30 * 86_400, leewaySeconds: 0, everySeconds: 0 }

/** A server of a keys folder, and the folder's store, under one clock. */
async function open(options: TestServerOptions = {}) {
  const keysDir = await makeKeyFolder()
  const clock = createTestClock()
  const logger = createTestLogger()
  const keys = createKeyStore({ folder: keysDir, clock })
  const key = { algorithm: 'ES256', material: null, activeFrom: clock.now(), formerRetiredAt: null } as const
  const first = await keys.add(key)
  const server = await startServer({ keysDir, clock, logger, ...options })
  return { keysDir, clock, logger, keys, key, first, server }
}

describe('P06 P60 the keys of keysDir', () => {
  test('sign and verify; the key that a token names is in its header', async () => {
    const { server, first } = await open()
    const { accessToken, refreshToken } = await server.signUp()
    expect(server.sallyport.tokens.peek(accessToken)?.unverifiedHeader).toMatchObject({
      alg: 'ES256',
      kid: first.kid,
    })
    expect(await server.judge(accessToken)).toBe('ok')
    expect((await server.refresh(refreshToken)).status).toBe(200)
  })

  test('a key that was removed is refused when the folder is read again, though its tokens were verified before', async () => {
    const { server, keys, first } = await open()
    const { username, accessToken, refreshToken } = await server.signUp()
    expect(await server.judge(accessToken)).toBe('ok')
    await keys.remove(first.kid)
    await server.sallyport.reloadKeys()
    expect(await server.judge(accessToken)).toBe('TOKEN_INVALID')
    expect((await server.refresh(refreshToken)).code).toBe('TOKEN_INVALID')
    expect(await server.judge((await server.logIn(username)).accessToken)).toBe('ok')
  })

  test('keysReloadInterval is how often they are read by themselves', async () => {
    const { server, keys, first } = await open({ keysReloadInterval: 1 })
    const { accessToken } = await server.signUp()
    await keys.remove(first.kid)
    await vi.waitFor(async () => expect(await server.judge(accessToken)).toBe('TOKEN_INVALID'), {
      timeout: 20_000,
      interval: 50,
    })
  })

  test.each<[string, (folder: string) => Promise<unknown>, string]>([
    [
      'a half-written file',
      (folder) => writeFile(join(folder, '0002.json'), '{"kid":', { mode: 0o600 }),
      '0002.json is not a JSON object',
    ],
    [
      'a file that others can read',
      async (folder) => {
        await writeFile(join(folder, '0002.json'), '{}')
        // Whatever the umask is.
        await chmod(join(folder, '0002.json'), 0o644)
      },
      '0002.json is open to others',
    ],
    ['an empty folder', (folder) => rm(join(folder, '0001.json')), 'has no key; make one'],
    ['a folder that vanished', (folder) => rename(folder, `${folder}-away`), 'is not there'],
  ])('%s is named in the log, once, and the keys read before stay in force', async (_what, spoil, said) => {
    const { server, keysDir, logger } = await open()
    const { username, accessToken } = await server.signUp()
    await spoil(keysDir)
    await server.sallyport.reloadKeys()
    await server.sallyport.reloadKeys()
    const errors = logger.lines.filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([{ message: 'keysDir: the keys read before stay in force' }])
    expect(String(errors[0]?.fields.err)).toContain(said)
    expect(await server.judge(accessToken)).toBe('ok')
    expect(await server.judge((await server.logIn(username)).accessToken)).toBe('ok')
    await rm(`${keysDir}-away`, { recursive: true, force: true })
  })

  test('a clock that goes back before a key was active signs with the one before, and both verify', async () => {
    const { server, clock, keys, first } = await open({ accessTokenExpires: '1d' })
    const { made } = await keys.rotate(RULES)
    await server.sallyport.reloadKeys()
    const kidOf = (token: string) => server.sallyport.tokens.peek(token)?.unverifiedHeader.kid
    clock.advance(370)
    const after = await server.signUp()
    expect(kidOf(after.accessToken)).toBe(made?.kid)
    clock.advance(-5)
    const before = await server.signUp()
    expect(kidOf(before.accessToken)).toBe(first.kid)
    for (const { accessToken } of [after, before]) expect(await server.judge(accessToken)).toBe('ok')
  })

  test.each(['../../etc/passwd', "' OR 1=1 --", 'https://evil.example/jwks.json', '', '__proto__'])(
    'a token whose kid is %j finds no key',
    async (kid) => {
      const { server } = await open()
      const { accessToken } = await server.signUp()
      const [, payload, signature] = accessToken.split('.')
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'JWT', kid })).toString('base64url')
      expect(await server.judge([header, payload, signature].join('.'))).toBe('TOKEN_INVALID')
    },
  )
})

/** A server of a mounted Secret; `mount` replaces what it holds by these files. */
async function openMounted() {
  const keysDir = await makeKeyFolder()
  const mount = (files: Record<string, string>) => mountSecret(keysDir, files)
  const [first, next] = ['first', 'next'].map((kid) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return keyFile({ kid, alg: 'ES256', ...privateKey.export({ format: 'jwk' }) })
  })
  if (first === undefined || next === undefined) throw new Error('no keys')
  await mount({ 'a.json': first })
  const logger = createTestLogger()
  return { mount, first, next, logger, server: await startServer({ keysDir, logger }) }
}

describe('P06 P60 the keys of a Secret that Kubernetes mounts', () => {
  test('are replaced all at once, with the folder that they really are in', async () => {
    const { mount, first, next, server } = await openMounted()
    const kidOf = (token: string) => server.sallyport.tokens.peek(token)?.unverifiedHeader.kid
    const { username, accessToken } = await server.signUp()
    expect(kidOf(accessToken)).toBe('first')
    await mount({ 'a.json': first, 'b.json': next })
    await server.sallyport.reloadKeys()
    expect(await server.judge(accessToken)).toBe('ok')
    await mount({ 'b.json': next })
    await server.sallyport.reloadKeys()
    expect(await server.judge(accessToken)).toBe('TOKEN_INVALID')
    expect(kidOf((await server.logIn(username)).accessToken)).toBe('next')
  })

  test('stay in force while what replaces them is half-written', async () => {
    const { mount, first, next, logger, server } = await openMounted()
    const { accessToken } = await server.signUp()
    await mount({ 'a.json': first, 'b.json': next.slice(0, 40) })
    await server.sallyport.reloadKeys()
    expect(await server.judge(accessToken)).toBe('ok')
    expect(String(logger.lines.find(({ level }) => level === 'error')?.fields.err)).toMatch(
      /b\.json is not a JSON object/,
    )
  })
})

describe('the start is stopped, naming what is wrong, by', () => {
  test('a file that is no key', async () => {
    const keysDir = await makeKeyFolder({ 'old.json': '{' })
    await expect(createSallyport({ keysDir })).rejects.toThrow(
      `keysDir: ${join(keysDir, 'old.json')} is not a JSON object`,
    )
  })

  test('a folder without a key that signs', async () => {
    const keysDir = await makeKeyFolder()
    await expect(createSallyport({ keysDir })).rejects.toThrow(/^keysDir: .* has no key; make one by/)
  })

  test.each(['secret', 'privateKey', 'publicKey', 'jwksUrl', 'algorithm'] as const)(
    'a folder and %s',
    async (option) => {
      const keysDir = await makeKeyFolder()
      const value = option === 'algorithm' ? 'HS256' : 'a value'
      await expect(createSallyport({ keysDir, [option]: value })).rejects.toMatchObject({ option })
    },
  )
})
