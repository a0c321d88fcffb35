import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { createKeyStore } from '../../src/keys/key-store.js'
import { makeKeyFolder } from '../support/key-folder.js'
import { makeKeyPair } from '../support/key-pair.js'
import { startServer, type TestServer } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'

const PATH = '/.well-known/jwks.json'
const issuer = 'https://auth.example'
const audience = 'api'

const readSet = async ({ origin }: TestServer) => (await fetch(`${origin}${PATH}`)).json()

describe('P06 /.well-known/jwks.json', () => {
  test.each(['rsa', 'ec'] as const)(
    'has the public key of a pair (%s), and nothing of the private one',
    async (kind) => {
      const server = await startServer({ privateKey: makeKeyPair(kind).privateKey })
      const response = await fetch(`${server.origin}${PATH}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('public, max-age=300')
      expect(response.headers.get('content-type')).toBe('application/jwk-set+json')
      const { keys } = await response.json()
      expect(keys).toHaveLength(1)
      const own = kind === 'rsa' ? ['n', 'e'] : ['crv', 'x', 'y']
      expect(Object.keys(keys[0]).sort()).toEqual([...own, 'alg', 'kid', 'kty', 'use'].sort())
      const { headers } = await server.sallyport.fetch(new Request(`http://host${PATH}`))
      expect(headers.get('cache-control')).toBe('public, max-age=300')
    },
  )

  test('is empty where there are secrets alone', async () => {
    expect(await readSet(await startServer())).toEqual({ keys: [] })
  })

  test('takes GET and HEAD', async () => {
    const { origin } = await startServer()
    const ask = async (method: string) => {
      const response = await fetch(`${origin}${PATH}`, { method })
      return { status: response.status, allow: response.headers.get('allow'), body: await response.text() }
    }
    expect(await ask('HEAD')).toEqual({ status: 200, allow: null, body: '' })
    expect(await ask('POST')).toMatchObject({ status: 405, allow: 'GET, HEAD' })
  })

  test('P80 lets jose, and our own jwksUrl, verify our tokens; an upcoming key is in it, a secret is not', async () => {
    const keysDir = await makeKeyFolder()
    const clock = createTestClock()
    const store = createKeyStore({ folder: keysDir, clock })
    const add = (algorithm: 'HS256' | 'RS256' | 'ES256', activeFrom: number) =>
      store.add({ algorithm, material: null, activeFrom, formerRetiredAt: null })
    await add('HS256', clock.now() - 2_000)
    const signs = await add('ES256', clock.now() - 1_000)
    const upcoming = await add('RS256', clock.now() + 60_000)
    const server = await startServer({ keysDir, clock, issuer, audience })
    const { keys } = await readSet(server)
    expect(keys.map(({ kid, alg }: { kid: string; alg: string }) => [kid, alg])).toEqual([
      [signs.kid, 'ES256'],
      [upcoming.kid, 'RS256'],
    ])

    const url = `${server.origin}${PATH}`
    const auth = createAuthContext({ jwksUrl: url, issuer, audience, clock })
    for (const kid of [signs.kid, upcoming.kid]) {
      const { accessToken, userId } = await server.signUp()
      const currentDate = new Date(clock.now())
      const { payload, protectedHeader } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(url)), {
        issuer,
        audience,
        currentDate,
      })
      expect([payload.sub, protectedHeader.kid]).toEqual([userId, kid])
      const { identity } = await auth({ headers: { authorization: `Bearer ${accessToken}` } })
      expect(identity).toMatchObject({ kind: 'active', subject: userId })
      clock.advance(60)
    }
  })
})

describe('P60 a server of another issuer’s keys (jwksUrl)', () => {
  test('verifies their tokens, and gives nothing out: fields of accounts are off', async () => {
    const { privateKey } = makeKeyPair('ec')
    const auth = await startServer({ privateKey, issuer, audience })
    const { clock } = auth
    const jwksUrl = `${auth.origin}${PATH}`
    const server = await startServer({ jwksUrl, issuer, audience, clock })
    const { accessToken, userId } = await auth.signUp()
    const { data } = await server.ask('{ claims whoami { state subject } }', { token: accessToken })
    expect(data).toMatchObject({ claims: { sub: userId }, whoami: { state: 'ACTIVE', subject: userId } })
    const types = await server.ask('{ __schema { mutationType { fields { name } } } }')
    const fields = types.data.__schema.mutationType.fields.map(({ name }: { name: string }) => name)
    for (const name of ['signup', 'login', 'reauthenticate', 'changePassword', 'deleteAccount']) {
      expect(fields).not.toContain(name)
    }
    await expect(server.sallyport.tokens.issueAccess({ subject: 'ada' })).rejects.toMatchObject({
      option: 'privateKey',
    })
    const foreign = await startServer({ privateKey: makeKeyPair('ec').privateKey, issuer, audience, clock })
    expect((await server.ask('{ claims }', { token: (await foreign.signUp()).accessToken })).code).toBe(
      'TOKEN_INVALID',
    )
    expect(await readSet(server)).toEqual({ keys: [] })
  })

  test.each([
    ['issuer', { audience }],
    ['audience', { issuer }],
    ['secret', { issuer, audience, secret: 'a-secret-of-at-least-32-bytes-long' }],
  ])('needs what tells its tokens from others: %s', async (option, options) => {
    const jwksUrl = 'https://auth.example/jwks.json'
    await expect(startServer({ jwksUrl, ...options })).rejects.toMatchObject({ option })
  })

  test('answers UNAVAILABLE while their keys cannot be had', async () => {
    const auth = await startServer({ privateKey: makeKeyPair('ec').privateKey, issuer, audience })
    const server = await startServer({
      jwksUrl: 'http://127.0.0.1:9/jwks',
      issuer,
      audience,
      clock: auth.clock,
    })
    const { accessToken } = await auth.signUp()
    expect(await server.ask('{ claims }', { token: accessToken })).toMatchObject({
      status: 503,
      code: 'UNAVAILABLE',
    })
    expect((await server.ask('{ whoami { state } }', { token: accessToken })).data.whoami.state).toBe(
      'UNAVAILABLE',
    )
  })
})
