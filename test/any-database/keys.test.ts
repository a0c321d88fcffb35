import { importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { forge, hmac } from '../support/forge.js'
import { makeKeyPair } from '../support/key-pair.js'
import { SECRET, startServer, startSharedServer } from '../support/server.js'

const PAIRS = [
  ['RS256', makeKeyPair('rsa')],
  ['ES256', makeKeyPair('ec')],
] as const

const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('P06 HS256 with a secret', async () => {
  const server = await startSharedServer({ issuer: 'https://auth.example', audience: ['api', 'web'] })
  const ada = await server.signUp()

  test('P80 a token of ours is verified by jose, with every claim that an API would check', async () => {
    const { payload, protectedHeader } = await jwtVerify(ada.accessToken, new TextEncoder().encode(SECRET), {
      algorithms: ['HS256'],
      issuer: 'https://auth.example',
      audience: 'api',
      typ: 'JWT',
      requiredClaims: ['sub', 'jti', 'iat', 'nbf', 'exp', 'sid', 'auth_time', 'csrf', 'roles'],
      currentDate: new Date(server.clock.now()),
    })
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT', kid: expect.any(String) })
    expect(payload).toMatchObject({ sub: ada.userId, type: 'access', fresh: true, aud: ['api', 'web'] })
    await expect(
      jwtVerify(ada.accessToken, new TextEncoder().encode(`${SECRET}!`), { algorithms: ['HS256'] }),
    ).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  })

  test('another verifier with the secret lets the bearer in, and with another secret does not', async () => {
    const { clock } = server
    const options = { clock, issuer: 'https://auth.example', audience: 'web' }
    const auth = createAuthContext({ secret: SECRET, ...options })
    expect((await auth(withToken(ada.accessToken))).identity).toMatchObject({
      kind: 'active',
      subject: ada.userId,
    })
    const other = createAuthContext({ secret: `${SECRET}!`, ...options })
    expect((await other(withToken(ada.accessToken))).identity).toMatchObject({ code: 'TOKEN_INVALID' })
  })
})

describe('P06 the algorithms of a secret', async () => {
  const server = await startSharedServer({ algorithm: 'HS512', decodeAlgorithms: ['HS256'] })
  const ada = await server.signUp()
  const claims = { sub: 'eve', exp: server.clock.seconds() + 60 }
  const signedAs = (bits: 256 | 384 | 512) =>
    forge({ alg: `HS${bits}`, typ: 'JWT' }, claims, hmac(`sha${bits}`, SECRET))

  test('`algorithm` signs', async () => {
    expect(server.sallyport.tokens.peek(ada.accessToken)?.unverifiedHeader).toMatchObject({ alg: 'HS512' })
    expect(await server.judge(ada.accessToken)).toBe('ok')
  })

  test('`decodeAlgorithms` are accepted beside it, and no other', async () => {
    const codeOf = async (token: string) => (await server.ask('{ claims }', { token })).code ?? 'ok'
    expect(await codeOf(signedAs(512))).toBe('ok')
    expect(await codeOf(signedAs(256))).toBe('ok')
    expect(await codeOf(signedAs(384))).toBe('TOKEN_INVALID')
  })
})

describe.each(PAIRS)('P06 %s with a key pair', async (algorithm, { privateKey, publicKey }) => {
  const server = await startSharedServer({ privateKey })
  const ada = await server.signUp()

  test('a server with the private key issues, refreshes and verifies', async () => {
    expect(server.sallyport.tokens.peek(ada.accessToken)?.unverifiedHeader).toMatchObject({ alg: algorithm })
    expect(await server.judge(ada.accessToken)).toBe('ok')
    const { data } = await server.refresh(ada.refreshToken)
    expect(await server.judge(data.refresh.accessToken)).toBe('ok')
  })

  test('another verifier with nothing but the public key lets the bearer in', async () => {
    const auth = createAuthContext({ publicKey, clock: server.clock })
    const { identity, claims } = await auth(withToken(ada.accessToken))
    expect(identity).toMatchObject({ kind: 'active', subject: ada.userId, sessionId: ada.sessionId })
    expect(claims).toMatchObject({ sub: ada.userId, fresh: true, roles: [] })
  })

  test('P80 jose verifies a token of ours by the public key', async () => {
    const key = await importSPKI(publicKey, algorithm)
    const { payload } = await jwtVerify(ada.accessToken, key, {
      algorithms: [algorithm],
      currentDate: new Date(server.clock.now()),
    })
    expect(payload).toMatchObject({ sub: ada.userId, type: 'access' })
  })

  test('a server that has only the public key verifies, and gives nothing out', async () => {
    const verifying = await startServer({ publicKey, clock: server.clock })
    expect(await verifying.ask('{ claims }', { token: ada.accessToken })).toMatchObject({
      status: 200,
      data: { claims: { sub: ada.userId } },
    })
    const { data } = await verifying.ask('{ __schema { mutationType { fields { name } } } }')
    const fields = data.__schema.mutationType.fields.map(({ name }: { name: string }) => name)
    expect(fields).toEqual(expect.arrayContaining(['refresh', 'logout', 'revoke']))
    for (const name of ['signup', 'login', 'reauthenticate', 'changePassword', 'deleteAccount']) {
      expect(fields).not.toContain(name)
    }
    expect(await verifying.refresh(ada.refreshToken)).toMatchObject({ status: 401, code: 'SESSION_ENDED' })
    verifying.clock.advance(-60)
    // F29: not ours, so that it is no sign of a clock that went back.
    expect(await verifying.ask('{ claims }', { token: ada.accessToken })).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    })
    verifying.clock.advance(60)
    await expect(verifying.sallyport.tokens.issueAccess({ subject: 'ada' })).rejects.toMatchObject({
      option: 'privateKey',
    })
  })
})
