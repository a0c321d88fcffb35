import { describe, expect, test } from 'vitest'
import { type Login, startSharedServer, type TestServer } from '../support/server.js'

const FIELDS = 'jti type fresh sessionId userId issuedAt expiresAt revokedAt revokedReason current'
const jtiOf = (server: TestServer, token: string) =>
  String(server.sallyport.tokens.peek(token)?.unverifiedClaims.jti)

function actions(server: TestServer) {
  const act = (mutation: 'revoke' | 'unrevoke') => (by: string, jti: string) =>
    server.ask(`mutation ($jti: ID!) { ${mutation}(jti: $jti) { ${FIELDS} } }`, {
      token: by,
      variables: { jti },
    })
  return { revoke: act('revoke'), unrevoke: act('unrevoke') }
}

describe('P40 revoke and unrevoke', async () => {
  const server = await startSharedServer()
  const { revoke, unrevoke } = actions(server)
  const admin = await server.signUpAdmin()
  const access = ({ accessToken }: Login) => jtiOf(server, accessToken)
  const refresh = ({ refreshToken }: Login) => jtiOf(server, refreshToken)
  /** Somebody with a second session, by which to act when the first is refused. */
  const twice = async () => {
    const login = await server.signUp()
    return { login, other: await server.logIn(login.username) }
  }

  test('an owner takes an access token back, is refused at once, undoes it, and is let in', async () => {
    const { login, other } = await twice()
    const revoked = await revoke(other.accessToken, access(login))
    expect(revoked.data.revoke).toMatchObject({
      jti: access(login),
      revokedReason: 'owner',
      revokedAt: new Date(server.clock.now()).toISOString(),
      current: false,
    })
    expect(await server.judge(login.accessToken)).toBe('TOKEN_REVOKED')
    const restored = await unrevoke(other.accessToken, access(login))
    expect(restored.data.unrevoke).toMatchObject({ revokedAt: null, revokedReason: null })
    expect(await server.judge(login.accessToken)).toBe('ok')
  })

  test('a refresh token too', async () => {
    const { login, other } = await twice()
    await revoke(other.accessToken, refresh(login))
    expect(await server.refresh(login.refreshToken)).toMatchObject({ status: 401, code: 'SESSION_ENDED' })
    expect(await server.judge(login.accessToken)).toBe('ok')
    await unrevoke(other.accessToken, refresh(login))
    expect((await server.refresh(login.refreshToken)).status).toBe(200)
  })

  test('revoking again, and undoing what was never done, changes nothing', async () => {
    const { login, other } = await twice()
    expect((await unrevoke(other.accessToken, access(login))).data.unrevoke.revokedAt).toBeNull()
    const first = await revoke(other.accessToken, access(login))
    server.clock.advance(1)
    const second = await revoke(other.accessToken, access(login))
    expect(second.data).toEqual(first.data)
    expect((await revoke(admin.accessToken, access(login))).data.revoke.revokedReason).toBe('owner')
  })

  test('another’s token is NOT_FOUND, as an unknown one is', async () => {
    const [ada, bob] = [await server.signUp(), await server.signUp()]
    const ids = [
      access(bob),
      refresh(bob),
      'unknown',
      '',
      'a\u0000b',
      '\ud800',
      "x' OR 1=1 --",
      'x'.repeat(9999),
    ]
    for (const jti of ids) {
      for (const answer of [await revoke(ada.accessToken, jti), await unrevoke(ada.accessToken, jti)]) {
        expect(answer, jti).toMatchObject({ status: 404, code: 'NOT_FOUND', data: null })
        expect(answer.errors[0]?.message).toBe('There is nothing by this id, or it is not yours.')
      }
    }
    expect(await server.judge(bob.accessToken)).toBe('ok')
  })

  test('an administrator takes anybody’s back, which the owner cannot undo', async () => {
    const { login, other } = await twice()
    const revoked = await revoke(admin.accessToken, access(login))
    expect(revoked.data.revoke).toMatchObject({ revokedReason: 'admin', userId: login.userId })
    expect(await server.judge(login.accessToken)).toBe('TOKEN_REVOKED')
    expect(await unrevoke(other.accessToken, access(login))).toMatchObject({ status: 409, code: 'CONFLICT' })
    expect(await server.judge(login.accessToken)).toBe('TOKEN_REVOKED')
    expect((await unrevoke(admin.accessToken, access(login))).status).toBe(200)
    expect(await server.judge(login.accessToken)).toBe('ok')
  })

  test('an administrator undoes what an owner did', async () => {
    const { login, other } = await twice()
    await revoke(other.accessToken, access(login))
    expect((await unrevoke(admin.accessToken, access(login))).status).toBe(200)
    expect(await server.judge(login.accessToken)).toBe('ok')
  })

  test('an administrator who is none any more may no longer, whatever the token says', async () => {
    const [former, ada] = [await server.signUpAdmin(), await server.signUp()]
    await (await server.store()).updateUser(former.userId, { roles: [] })
    expect(await revoke(former.accessToken, access(ada))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await server.judge(ada.accessToken)).toBe('ok')
  })

  test.each([
    [
      'rotated',
      async ({ login }: Twice) => {
        await server.refresh(login.refreshToken)
        return refresh(login)
      },
    ],
    [
      'revoked after it was rotated',
      async ({ login, other }: Twice) => {
        await server.refresh(login.refreshToken)
        await revoke(other.accessToken, refresh(login))
        return refresh(login)
      },
    ],
    [
      'of a session that ended',
      async ({ login }: Twice) => {
        await server.ask('mutation { logout { ended } }', { token: login.accessToken })
        return access(login)
      },
    ],
    [
      'revoked before its session ended',
      async ({ login, other }: Twice) => {
        await revoke(other.accessToken, access(login))
        await server.ask('mutation { logout { ended } }', { token: login.accessToken })
        return access(login)
      },
    ],
  ])('does not bring a token back that is %s: CONFLICT', async (_what, end) => {
    const both = await twice()
    const jti = await end(both)
    for (const by of [both.other.accessToken, admin.accessToken]) {
      expect(await unrevoke(by, jti)).toMatchObject({ status: 409, code: 'CONFLICT', data: null })
    }
    expect(await server.refresh(both.login.refreshToken)).not.toMatchObject({ code: 'TOKEN_EXPIRED' })
  })

  test('does not bring an expired token back', async () => {
    const { login } = await twice()
    server.clock.advance(900)
    const later = await server.logIn(login.username)
    await revoke(later.accessToken, access(login))
    expect(await unrevoke(later.accessToken, access(login))).toMatchObject({ status: 409, code: 'CONFLICT' })
    expect(await server.judge(login.accessToken)).toBe('TOKEN_EXPIRED')
  })

  test('whoever revokes the token that asks is refused from then on', async () => {
    const { login, other } = await twice()
    const own = await revoke(login.accessToken, access(login))
    expect(own.data.revoke.current).toBe(true)
    expect(await unrevoke(login.accessToken, access(login))).toMatchObject({ code: 'TOKEN_REVOKED' })
    expect((await unrevoke(other.accessToken, access(login))).status).toBe(200)
  })
})

interface Twice {
  login: Login
  other: Login
}
