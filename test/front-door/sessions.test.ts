import { describe, expect, test } from 'vitest'
import { forge, hmac } from '../support/forge.js'
import { SECRET, startSharedServer } from '../support/server.js'

const REVOKE_SESSION = `mutation ($id: ID!) {
  revokeSession(id: $id) { id revokedAt current }
}`

describe('sessions', async () => {
  const server = await startSharedServer({ maxSessions: false })
  const idsSeen = async (token: string) => {
    const { data } = await server.ask('{ sessions { id current } }', { token })
    return data.sessions
  }
  /** Three sessions of one user, a second apart. */
  const threeSessions = async () => {
    const first = await server.signUp()
    server.clock.advance(1)
    const second = await server.logIn(first.username)
    server.clock.advance(1)
    return [first, second, await server.logIn(first.username)] as const
  }

  test('are one a login, newest first, the one that asks marked, and nobody else’s among them', async () => {
    const [first, second, third] = await threeSessions()
    await server.signUp()
    expect(await idsSeen(second.accessToken)).toEqual([
      { id: third.sessionId, current: false },
      { id: second.sessionId, current: true },
      { id: first.sessionId, current: false },
    ])
  })

  test('one is ended by its id, with all of its tokens, and the others live on', async () => {
    const [first, second, third] = await threeSessions()
    const { status, data } = await server.ask(REVOKE_SESSION, {
      token: second.accessToken,
      variables: { id: first.sessionId },
    })
    expect(status).toBe(200)
    const revokedAt = new Date(server.clock.now()).toISOString()
    expect(data.revokeSession).toEqual({ id: first.sessionId, revokedAt, current: false })
    expect(await server.judge(first.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.refresh(first.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    expect(await server.judge(second.accessToken)).toBe('ok')
    expect(await server.judge(third.accessToken)).toBe('ok')
    expect(await idsSeen(third.accessToken)).toHaveLength(2)

    server.clock.advance(1)
    const again = await server.ask(REVOKE_SESSION, {
      token: second.accessToken,
      variables: { id: first.sessionId },
    })
    expect(again.data.revokeSession.revokedAt).toBe(revokedAt)
  })

  test('the one that asks may end itself', async () => {
    const { accessToken, sessionId } = await server.signUp()
    const { data } = await server.ask(REVOKE_SESSION, { token: accessToken, variables: { id: sessionId } })
    expect(data.revokeSession).toMatchObject({ id: sessionId, current: true })
    expect(await server.judge(accessToken)).toBe('TOKEN_REVOKED')
  })

  test('another’s is NOT_FOUND, as an unknown one is, for an administrator too', async () => {
    const [ada, admin, bob] = [await server.signUp(), await server.signUpAdmin(), await server.signUp()]
    for (const { accessToken } of [ada, admin]) {
      for (const id of [bob.sessionId, 'unknown', '', 'a\u0000b', bob.userId]) {
        const answer = await server.ask(REVOKE_SESSION, { token: accessToken, variables: { id } })
        expect(answer, id).toMatchObject({ status: 404, code: 'NOT_FOUND', data: null })
      }
    }
    expect(await server.judge(bob.accessToken)).toBe('ok')
  })

  test('revokeOtherSessions ends all but the one that asks, and says how many', async () => {
    const [first, second, third] = await threeSessions()
    const revoke = () => server.ask('mutation { revokeOtherSessions }', { token: second.accessToken })
    expect((await revoke()).data).toEqual({ revokeOtherSessions: 2 })
    expect(await server.judge(first.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.judge(second.accessToken)).toBe('ok')
    expect(await server.judge(third.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.refresh(third.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    expect((await server.refresh(second.refreshToken)).status).toBe(200)
    expect((await revoke()).data).toEqual({ revokeOtherSessions: 0 })
  })

  test('revokeAllSessions ends all, the one that asks too, and whatever has none', async () => {
    const [first, second, third] = await threeSessions()
    const bob = await server.signUp()
    const ours = await server.sallyport.tokens.issueAccess({ subject: first.userId })
    expect(await server.judge(ours)).toBe('ok')
    const { data } = await server.ask('mutation { revokeAllSessions }', { token: third.accessToken })
    expect(data).toEqual({ revokeAllSessions: 3 })
    for (const { accessToken, refreshToken } of [first, second, third]) {
      expect(await server.judge(accessToken)).toBe('TOKEN_REVOKED')
      expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    }
    expect(await server.judge(ours)).toBe('TOKEN_REVOKED')
    const { jti } = server.sallyport.tokens.peek(ours)?.unverifiedClaims ?? {}
    expect(await (await server.store()).findToken(String(jti))).toMatchObject({
      revokedAt: new Date(server.clock.now()),
      revokedReason: 'session_revoked',
    })
    expect(await server.judge(bob.accessToken)).toBe('ok')
    const back = await server.logIn(first.username)
    expect(await server.judge(back.accessToken)).toBe('ok')
    expect(await idsSeen(back.accessToken)).toEqual([{ id: back.sessionId, current: true }])
  })

  test('are not shown once their refresh token is past', async () => {
    const { username } = await server.signUp()
    server.clock.advance(30 * 86_400)
    const back = await server.logIn(username)
    expect(await idsSeen(back.accessToken)).toEqual([{ id: back.sessionId, current: true }])
  })

  test('the 100 newest are listed, and those beyond end with the others', async () => {
    const { accessToken, sessionId, userId } = await server.signUp()
    server.clock.advance(1)
    for (let count = 0; count < 101; count++) await server.sallyport.tokens.issueRefresh({ subject: userId })
    const seen = await idsSeen(accessToken)
    expect(seen).toHaveLength(100)
    expect(seen).not.toContainEqual({ id: sessionId, current: true })
    expect(await server.sallyport.sessions.list(userId)).toHaveLength(100)
    const { data } = await server.ask('mutation { revokeOtherSessions }', { token: accessToken })
    expect(data.revokeOtherSessions).toBe(101)
  })

  test('a host’s own code lists and ends them', async () => {
    const [first, , third] = await threeSessions()
    const { sessions } = server.sallyport
    expect((await sessions.list(first.userId)).map(({ id }) => id)).toContain(third.sessionId)
    expect(await sessions.revokeAll(first.userId)).toBe(3)
    expect(await server.judge(third.accessToken)).toBe('TOKEN_REVOKED')
    expect(await sessions.revokeAll('somebody of another issuer')).toBe(0)
  })

  test('revokeAllSessions ends what was minted elsewhere before, and not what comes later', async () => {
    const { userId, accessToken } = await server.signUp()
    const mint = (iat: number | undefined) =>
      forge(
        { alg: 'HS256', typ: 'JWT' },
        { sub: userId, iat, exp: server.clock.seconds() + 600 },
        hmac('sha256', SECRET),
      )
    const [before, without] = [mint(server.clock.seconds()), mint(undefined)]
    expect(await server.judge(before)).toBe('ok')
    await server.ask('mutation { revokeAllSessions }', { token: accessToken })
    expect(await server.judge(before)).toBe('TOKEN_REVOKED')
    expect(await server.judge(without)).toBe('TOKEN_REVOKED')
    server.clock.advance(1)
    expect(await server.judge(mint(server.clock.seconds()))).toBe('ok')
  })

  test('a second field of a mutation changes nothing once the first has ended the session', async () => {
    const [first, second] = await threeSessions()
    const { data, code } = await server.ask('mutation { logout { ended } revokeOtherSessions }', {
      token: first.accessToken,
    })
    expect({ data, code }).toEqual({ data: null, code: 'SESSION_ENDED' })
    expect(await server.judge(first.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.judge(second.accessToken)).toBe('ok')
  })

  test('a refresh that races the end of its session leaves nothing alive', async () => {
    for (let round = 0; round < 8; round++) {
      const ada = await server.signUp()
      const end = 'mutation { logout { ended } }'
      const [refreshed, ended] = await Promise.all([
        server.refresh(ada.refreshToken),
        server.ask(end, { token: ada.accessToken }),
      ])
      expect(ended.data).toEqual({ logout: { ended: true } })
      expect([undefined, 'SESSION_ENDED']).toContain(refreshed.code)
      const pair = refreshed.data?.refresh ?? ada
      expect(await server.judge(pair.accessToken)).toBe('TOKEN_REVOKED')
      expect(await server.refresh(pair.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    }
  })
})
