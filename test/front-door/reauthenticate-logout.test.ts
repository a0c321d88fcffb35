import { describe, expect, test } from 'vitest'
import { forge, hmac } from '../support/forge.js'
import { PASSWORD, SECRET, startSharedServer } from '../support/server.js'

const LOGOUT = 'mutation ($t: String) { logout(refreshToken: $t) { ended } }'

describe('reauthenticate', async () => {
  const server = await startSharedServer()
  const REAUTHENTICATE = `mutation ($password: String!) {
    reauthenticate(password: $password) {
      accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt user { id } session { id current }
    }
  }`
  const prove = (token: string | null, password = PASSWORD) =>
    server.ask(REAUTHENTICATE, { token, variables: { password } })
  const claimsOf = (token: string) => server.sallyport.tokens.peek(token)?.unverifiedClaims ?? {}

  test('P43 gives a fresh access token on the same session and no refresh token; the session stays as it was', async () => {
    const { refreshToken, userId, sessionId } = await server.signUp()
    server.clock.advance(60)
    const pair = (await server.refresh(refreshToken)).data.refresh
    const before = await (await server.store()).findSession(sessionId)
    server.clock.advance(60)
    const { status, data } = await prove(pair.accessToken)
    expect(status).toBe(200)
    const { accessToken, ...shown } = data.reauthenticate
    expect(shown).toEqual({
      accessTokenExpiresAt: new Date(server.clock.now() + 900_000).toISOString(),
      refreshToken: null,
      refreshTokenExpiresAt: null,
      user: { id: userId },
      session: { id: sessionId, current: true },
    })
    expect(claimsOf(accessToken)).toMatchObject({
      fresh: true,
      sid: sessionId,
      auth_time: server.clock.seconds(),
    })
    expect(await (await server.store()).findSession(sessionId)).toEqual(before)
    expect(await (await server.store()).findToken(String(claimsOf(accessToken).jti))).toMatchObject({
      type: 'access',
      userId,
      sessionId,
      fresh: true,
    })

    // What descends from the session is as stale as before.
    const later = (await server.refresh(pair.refreshToken)).data.refresh
    expect(claimsOf(later.accessToken)).toMatchObject({
      fresh: false,
      auth_time: claimsOf(pair.accessToken).auth_time,
    })
    const { data: who } = await server.ask('{ whoami { fresh } }', { token: accessToken })
    expect(who.whoami.fresh).toBe(true)
  })

  test('P12 opens a @fresh field to whoever was refused for want of freshness', async () => {
    const { refreshToken } = await server.signUp()
    const { accessToken } = (await server.refresh(refreshToken)).data.refresh
    const remove = 'mutation { deleteAccount }'
    expect(await server.ask(remove, { token: accessToken })).toMatchObject({
      status: 401,
      code: 'FRESH_REQUIRED',
      errors: [{ extensions: { action: 'reauthenticate' } }],
    })
    const fresh = (await prove(accessToken)).data.reauthenticate.accessToken
    expect((await server.ask(remove, { token: fresh })).data).toEqual({ deleteAccount: true })
  })

  test('answers INVALID_CREDENTIALS for a wrong password, and asks for an access token', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    expect(await prove(accessToken, 'not the one')).toMatchObject({
      status: 401,
      code: 'INVALID_CREDENTIALS',
      // Whoever followed `login` would forget the tokens of somebody who mistyped.
      errors: [{ message: 'The password is wrong.', extensions: { action: 'none' } }],
    })
    expect(await prove(null)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    expect(await prove(refreshToken)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
  })

  test('gives a token that ends with the session', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    const fresh = (await prove(accessToken)).data.reauthenticate.accessToken
    await server.ask(LOGOUT, { variables: { t: refreshToken } })
    expect(await server.judge(fresh)).toBe('TOKEN_REVOKED')
  })
})

describe('logout', async () => {
  const server = await startSharedServer()
  const logOut = (how: { token?: string; t?: string }) =>
    server.ask(LOGOUT, { token: how.token, variables: { t: how.t } })

  test.each([
    ['an access token', (login: Logged) => ({ token: login.accessToken })],
    ['a refresh token in the header', (login: Logged) => ({ token: login.refreshToken })],
    ['a refresh token as the argument', (login: Logged) => ({ t: login.refreshToken })],
    ['both', (login: Logged) => ({ token: login.accessToken, t: login.refreshToken })],
    ['a refresh token beside garbage', (login: Logged) => ({ token: 'garbage', t: login.refreshToken })],
  ])('ends the session of %s', async (_what, present) => {
    const login = await server.signUp()
    const other = await server.logIn(login.username)
    const { status, data } = await logOut(present(login))
    expect({ status, data }).toEqual({ status: 200, data: { logout: { ended: true } } })
    expect(await server.judge(login.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.refresh(login.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    expect(await server.judge(other.accessToken)).toBe('ok')
    expect((await logOut(present(login))).data).toEqual({ logout: { ended: false } })
  })

  test('ends the session of an expired access token, whose refresh token lives on', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    server.clock.advance(900)
    expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
    expect((await logOut({ token: accessToken })).data).toEqual({ logout: { ended: true } })
    expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
  })

  test('ends the session of an access token that was revoked by itself', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    const jti = server.sallyport.tokens.peek(accessToken)?.unverifiedClaims.jti
    await server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', {
      token: accessToken,
      variables: { jti },
    })
    expect((await logOut({ token: accessToken })).data).toEqual({ logout: { ended: true } })
    expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
  })

  test('ends two sessions where the argument is of another than the header', async () => {
    const [one, two] = [await server.signUp(), await server.signUp()]
    await logOut({ token: one.accessToken, t: two.refreshToken })
    expect(await server.judge(one.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.judge(two.accessToken)).toBe('TOKEN_REVOKED')
  })

  test.each([
    ['nothing', {}],
    ['garbage in the header', { token: 'garbage' }],
    ['garbage as the argument', { t: 'garbage' }],
    ['an empty argument', { t: '' }],
  ])('answers that nothing ended for %s', async (_what, present) => {
    const { status, data, errors } = await logOut(present)
    expect({ status, data, errors }).toEqual({ status: 200, data: { logout: { ended: false } }, errors: [] })
  })

  test('ends nothing for a token that is forged in the name of a session', async () => {
    const { accessToken } = await server.signUp()
    const forged = `${accessToken.slice(0, -4)}AAAA`
    expect((await logOut({ token: forged, t: forged })).data).toEqual({ logout: { ended: false } })
    expect(await server.judge(accessToken)).toBe('ok')
  })

  test('ends nothing of ours for a token from elsewhere that bears the jti of somebody else’s', async () => {
    const { accessToken } = await server.signUp()
    const { jti } = server.sallyport.tokens.peek(accessToken)?.unverifiedClaims ?? {}
    const [iat, exp] = [server.clock.seconds(), server.clock.seconds() + 600]
    const claims = { sub: 'somebody of another issuer', jti, iat, exp }
    const token = forge({ alg: 'HS256', typ: 'JWT' }, claims, hmac('sha256', SECRET))
    expect((await logOut({ token })).data).toEqual({ logout: { ended: false } })
    expect(await server.judge(accessToken)).toBe('ok')
  })

  test('takes a token of no session back, once', async () => {
    const { userId } = await server.signUp()
    const token = await server.sallyport.tokens.issueAccess({ subject: userId })
    expect(await server.judge(token)).toBe('ok')
    expect((await logOut({ token })).data).toEqual({ logout: { ended: true } })
    expect(await server.judge(token)).toBe('TOKEN_REVOKED')
    expect((await logOut({ token })).data).toEqual({ logout: { ended: false } })
  })
})

interface Logged {
  accessToken: string
  refreshToken: string
}
