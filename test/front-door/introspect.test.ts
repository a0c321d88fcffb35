import { describe, expect, test } from 'vitest'
import { actions } from '../support/administration.js'
import { forge, hmac } from '../support/forge.js'
import { SECRET, startServer, startSharedServer } from '../support/server.js'

const INTROSPECT = `query ($token: String!) {
  introspect(token: $token) {
    active state code type sub jti sessionId iss aud scope roles fresh iat nbf exp authTime revokedAt revokedReason
    user { id disabledAt deletedAt }
  }
}`
const NOTHING = {
  ...{ type: null, sub: null, jti: null, sessionId: null, iss: null, aud: null, scope: null, roles: null },
  ...{ fresh: null, iat: null, nbf: null, exp: null, authTime: null, revokedAt: null, revokedReason: null },
  user: null,
}

describe('introspect', async () => {
  const server = await startSharedServer()
  const admin = await server.signUpAdmin()
  const introspect = async (token: string, by = admin.accessToken) => {
    const answer = await server.ask(INTROSPECT, { token: by, variables: { token } })
    return answer.data?.introspect ?? answer
  }
  const sign = (claims: object) =>
    forge({ alg: 'HS256', typ: 'JWT' }, { iat: server.clock.seconds(), ...claims }, hmac('sha256', SECRET))

  test('a live access token: what it says', async () => {
    const now = new Date(server.clock.seconds() * 1000).toISOString()
    expect(await introspect(admin.accessToken)).toMatchObject({
      ...{ active: true, state: 'ACTIVE', code: null, type: 'ACCESS', sub: admin.userId },
      ...{ sessionId: admin.sessionId, aud: [], scope: null, roles: ['admin'], fresh: true },
      ...{ iat: now, nbf: now, exp: expect.any(String), authTime: expect.any(String) },
      ...{ revokedAt: null, revokedReason: null, user: { id: admin.userId, disabledAt: null } },
    })
  })

  test('a live refresh token, and once it was exchanged', async () => {
    const ada = await server.signUp()
    const live = { active: true, state: 'ACTIVE', code: null, type: 'REFRESH', fresh: false, roles: [] }
    expect(await introspect(ada.refreshToken)).toMatchObject(live)
    await server.refresh(ada.refreshToken)
    const rotated = { state: 'ROTATED', sub: ada.userId }
    expect(await introspect(ada.refreshToken)).toMatchObject({ ...rotated, active: true, code: null })
    server.clock.advance(30)
    expect(await introspect(ada.refreshToken)).toMatchObject({
      ...{ ...rotated, active: false, code: 'REFRESH_REUSED' },
    })
  })

  test('an expired one, one that logout ended, and one whose roles were changed', async () => {
    const expired = sign({
      sub: 'robot',
      exp: server.clock.seconds() - 1,
      scope: 'read write',
      aud: undefined,
    })
    expect(await introspect(expired)).toMatchObject({
      ...{
        active: false,
        state: 'EXPIRED',
        code: 'TOKEN_EXPIRED',
        sub: 'robot',
        scope: 'read write',
        user: null,
      },
    })
    const ada = await server.signUp()
    await actions(server).setRoles(admin.accessToken, ada.userId, ['editor'])
    expect(await introspect(ada.accessToken)).toMatchObject({
      ...{ active: false, state: 'SUPERSEDED', code: 'TOKEN_EXPIRED', revokedReason: 'superseded' },
    })
    const again = (await server.refresh(ada.refreshToken)).data.refresh
    await server.ask('mutation { logout { ended } }', { token: again.accessToken })
    for (const token of [again.accessToken, again.refreshToken]) {
      expect(await introspect(token)).toMatchObject({
        active: false,
        state: 'REVOKED',
        revokedReason: 'logout',
      })
    }
  })

  test('those of a user who was disabled, and of one who is gone', async () => {
    const ada = await server.signUp()
    await actions(server).setDisabled(admin.accessToken, ada.userId)
    for (const token of [ada.accessToken, ada.refreshToken]) {
      expect(await introspect(token)).toMatchObject({
        ...{ active: false, state: 'REVOKED', revokedReason: 'account_disabled' },
        user: { id: ada.userId, disabledAt: expect.any(String), deletedAt: null },
      })
    }
    const bob = await server.signUp()
    await server.ask('mutation { deleteAccount }', { token: bob.accessToken })
    expect(await introspect(bob.accessToken)).toMatchObject({
      ...{ active: false, state: 'REVOKED', user: { deletedAt: expect.any(String) } },
    })
  })

  test('a refresh token that was minted elsewhere is genuine, but of no use here', async () => {
    const exp = server.clock.seconds() + 600
    const foreign = sign({ sub: 'robot', jti: 'j', sid: 's', type: 'refresh', exp })
    expect(await introspect(foreign)).toMatchObject({
      active: false,
      state: 'UNKNOWN',
      code: 'SESSION_ENDED',
    })
    expect(await server.refresh(foreign)).toMatchObject({ code: 'SESSION_ENDED' })
  })

  test('tells nothing of what no signature of ours vouches for', async () => {
    const claims = { sub: admin.userId, roles: ['admin'], exp: server.clock.seconds() + 600 }
    const forged = forge({ alg: 'HS256', typ: 'JWT' }, claims, hmac('sha256', `${SECRET}?`))
    const [header, payload] = admin.accessToken.split('.')
    for (const raw of [
      forged,
      `${header}.${payload}.`,
      `${header}.${payload}.AAAA`,
      '',
      'garbage',
      'x'.repeat(20_000),
    ]) {
      expect(await introspect(raw), raw.slice(0, 80)).toEqual({
        ...NOTHING,
        ...{ active: false, state: 'INVALID', code: 'TOKEN_INVALID' },
      })
    }
  })

  test('is for administrators', async () => {
    const { accessToken } = await server.signUp()
    expect(await introspect(accessToken, accessToken)).toMatchObject({ status: 403, code: 'FORBIDDEN' })
  })
})

test('introspect shows the rights that grants read, as the guard has them', async () => {
  const server = await startServer({
    grants: ({ groups, roles, scp }) => ({ roles: groups ?? roles, scopes: scp }),
  })
  const { accessToken: token } = await server.signUpAdmin()
  const further = { groups: ['editor'], scp: ['read', 'write'], scope: 'everything' }
  const issued = await server.sallyport.tokens.issueAccess({ subject: 'robot', claims: further })
  const { data } = await server.ask(INTROSPECT, { token, variables: { token: issued } })
  expect(data.introspect).toMatchObject({ active: true, roles: ['editor'], scope: 'read write' })
})
