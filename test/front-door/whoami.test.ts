import { describe, expect, test } from 'vitest'
import { encode, forge, hmac } from '../support/forge.js'
import { SECRET, startServer, startSharedServer } from '../support/server.js'

const WHOAMI = '{ whoami { state subject expiresAt fresh code } }'

describe('P04 whoami', async () => {
  const server = await startSharedServer()
  const whoami = async (token?: string, headers?: Record<string, string>) => {
    const { status, data, errors } = await server.ask(WHOAMI, { token, headers })
    expect({ status, errors }).toEqual({ status: 200, errors: [] })
    return data.whoami
  }
  const nobody = { subject: null, expiresAt: null, fresh: false }
  const inSeconds = (seconds: number) => new Date(server.clock.now() + seconds * 1000).toISOString()

  test('is ANONYMOUS without a token', async () => {
    expect(await whoami()).toEqual({ ...nobody, state: 'ANONYMOUS', code: 'UNAUTHENTICATED' })
  })

  test('names the bearer of a live token', async () => {
    const { accessToken, userId } = await server.signUp()
    expect(await whoami(accessToken)).toEqual({
      state: 'ACTIVE',
      subject: userId,
      expiresAt: inSeconds(900),
      fresh: true,
      code: null,
    })
  })

  test('names the bearer of an expired token, which opens nothing', async () => {
    const { accessToken, userId } = await server.signUp()
    server.clock.advance(1000)
    expect(await whoami(accessToken)).toEqual({
      state: 'EXPIRED',
      subject: userId,
      expiresAt: inSeconds(-100),
      fresh: false,
      code: 'TOKEN_EXPIRED',
    })
    expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
  })

  test('names the bearer of a revoked token, which opens nothing', async () => {
    const { accessToken, userId } = await server.signUp()
    await server.ask('mutation { logout { ended } }', { token: accessToken })
    expect(await whoami(accessToken)).toEqual({
      state: 'REVOKED',
      subject: userId,
      expiresAt: inSeconds(900),
      fresh: false,
      code: 'TOKEN_REVOKED',
    })
  })

  test('is INVALID, and names nobody, for an expired token that is forged, and whatever else is wrong', async () => {
    const { accessToken, userId, refreshToken } = await server.signUp()
    const claims = { ...server.sallyport.tokens.peek(accessToken)?.unverifiedClaims, exp: 1 }
    const header = { alg: 'HS256', typ: 'JWT' }
    const sign = hmac('sha256', SECRET)
    const tokens = {
      forged: forge(header, claims, hmac('sha256', 'another secret')),
      unsigned: `${encode({ alg: 'none' })}.${encode(claims)}.`,
      'of another audience': forge(header, { ...claims, aud: 'others' }, sign),
      'with a subject that is no text': forge(header, { ...claims, sub: 1 }, sign),
      'a refresh token': refreshToken,
      garbage: 'garbage',
    }
    for (const [what, token] of Object.entries(tokens)) {
      expect(await whoami(token), what).toEqual({ ...nobody, state: 'INVALID', code: 'TOKEN_INVALID' })
    }
    const genuine = forge(header, claims, sign)
    expect(await whoami(genuine)).toMatchObject({ state: 'EXPIRED', subject: userId })
  })

  test('is INVALID for a header that holds no token, and for two', async () => {
    for (const authorization of ['Bearer', 'Bearer a b', 'Bearer a, Bearer b']) {
      expect(await whoami(undefined, { authorization }), authorization).toEqual({
        ...nobody,
        state: 'INVALID',
        code: 'INVALID_REQUEST',
      })
    }
  })

  test('is ANONYMOUS for a scheme that is another’s', async () => {
    expect(await whoami(undefined, { authorization: 'Basic YTpi' })).toMatchObject({ state: 'ANONYMOUS' })
  })
})

test('P04 whoami is UNAVAILABLE, and a guarded field answers so, while revocations cannot be judged', async () => {
  // Each look at this clock is 40 s after the one before: whatever was loaded is too old.
  let elapsed = 0
  const start = new Date('2026-11-22T12:00:00Z').getTime()
  const clock = {
    now: () => start,
    elapsed: () => (elapsed += 40_000),
    advance() {},
    seconds: () => start / 1000,
  }
  const server = await startServer({ clock })
  const { accessToken } = await server.signUp()
  const { data } = await server.ask(WHOAMI, { token: accessToken })
  expect(data.whoami).toMatchObject({ state: 'UNAVAILABLE', subject: null, code: 'UNAVAILABLE' })
  const me = await server.ask('{ me { id } }', { token: accessToken })
  expect(me).toMatchObject({
    status: 503,
    code: 'UNAVAILABLE',
    errors: [{ extensions: { action: 'retry' } }],
  })
  expect((await fetch(`${server.origin}/ready`)).status).toBe(503)
  expect((await fetch(`${server.origin}/health`)).status).toBe(200)

  const lenient = await startServer({ clock, databaseUrl: server.databaseUrl, staleRevocations: 'allow' })
  expect(await lenient.judge(accessToken)).toBe('ok')
  expect((await fetch(`${lenient.origin}/ready`)).status).toBe(200)
})
