import { describe, expect, test } from 'vitest'
import { startServer, startSharedServer, type TestServer } from '../support/server.js'

/** What a token is known by: its id and times, which a lost answer that is signed again has too. */
function idsOf({ sallyport }: TestServer, token: string) {
  const { jti, iat, exp, sid } = sallyport.tokens.peek(token)?.unverifiedClaims ?? {}
  return { jti, iat, exp, sid }
}

describe('refresh', async () => {
  const server = await startSharedServer()

  test('P14 P43 rotates the refresh token and gives an access token that is not fresh, of the same session', async () => {
    const { accessToken, refreshToken, userId, sessionId } = await server.signUp()
    const { status, data } = await server.refresh(refreshToken)
    expect(status).toBe(200)
    expect(data.refresh).toMatchObject({
      tokenType: 'Bearer',
      user: { id: userId, roles: [] },
      session: { id: sessionId },
    })
    const next = data.refresh
    expect(idsOf(server, next.refreshToken).jti).not.toBe(idsOf(server, refreshToken).jti)
    expect(idsOf(server, next.accessToken)).toMatchObject({ sid: sessionId })
    const who = await server.ask('{ whoami { state fresh } claims }', { token: next.accessToken })
    expect(who.data.whoami).toEqual({ state: 'ACTIVE', fresh: false })
    expect(who.data.claims).toMatchObject({ fresh: false, type: 'access' })
    expect(await server.judge(accessToken)).toBe('ok')
    expect((await server.refresh(next.refreshToken)).status).toBe(200)
  })

  test('P14 takes the refresh token from the header, and an argument before it', async () => {
    const [ada, bob] = [await server.signUp(), await server.signUp()]
    const fromHeader = await server.ask('mutation { refresh { user { id } } }', { token: ada.refreshToken })
    expect(fromHeader.data.refresh.user.id).toBe(ada.userId)
    for (const token of [ada.refreshToken, 'garbage', ada.accessToken]) {
      const { data } = await server.ask(
        'mutation ($t: String) { refresh(refreshToken: $t) { user { id } refreshToken } }',
        { token, variables: { t: bob.refreshToken } },
      )
      expect(data.refresh.user.id).toBe(bob.userId)
    }
  })

  test('keeps auth_time and freshness as the login had them', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    server.clock.advance(60)
    const { data } = await server.refresh(refreshToken)
    const claimsOf = (token: string) => server.sallyport.tokens.peek(token)?.unverifiedClaims ?? {}
    const [before, after] = [claimsOf(accessToken), claimsOf(data.refresh.accessToken)]
    expect(after.auth_time).toBe(before.auth_time)
    expect(after.iat).toBe(Number(before.iat) + 60)
    expect(after).toMatchObject({ fresh: false, csrf: before.csrf, sid: before.sid })
  })

  test('reads the roles anew', async () => {
    const { refreshToken, userId } = await server.signUp()
    await (await server.store()).updateUser(userId, { roles: ['editor'] })
    const { data } = await server.refresh(refreshToken)
    expect(data.refresh.user.roles).toEqual(['editor'])
    const { data: seen } = await server.ask('{ claims }', { token: data.refresh.accessToken })
    expect(seen.claims.roles).toEqual(['editor'])
  })

  test('answers a token that is presented again within its window with the current pair: ids and times', async () => {
    const { refreshToken } = await server.signUp()
    const first = (await server.refresh(refreshToken)).data.refresh
    server.clock.advance(20)
    const second = (await server.refresh(first.refreshToken)).data.refresh
    server.clock.advance(9)
    for (const presented of [refreshToken, first.refreshToken]) {
      const again = (await server.refresh(presented)).data.refresh
      expect(idsOf(server, again.accessToken)).toEqual(idsOf(server, second.accessToken))
      expect(idsOf(server, again.refreshToken)).toEqual(idsOf(server, second.refreshToken))
      expect(again.accessTokenExpiresAt).toBe(second.accessTokenExpiresAt)
      expect(again.refreshTokenExpiresAt).toBe(second.refreshTokenExpiresAt)
    }
  })

  test('answers REFRESH_REUSED after the window, and the session is over', async () => {
    const { refreshToken, accessToken, sessionId, username } = await server.signUp()
    const other = await server.logIn(username)
    const next = (await server.refresh(refreshToken)).data.refresh
    server.clock.advance(30)
    const reused = await server.refresh(refreshToken)
    expect(reused).toMatchObject({
      status: 401,
      code: 'REFRESH_REUSED',
      data: null,
      errors: [{ extensions: { action: 'login' } }],
    })
    expect(await server.judge(accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.judge(next.accessToken)).toBe('TOKEN_REVOKED')
    expect(await server.refresh(next.refreshToken)).toMatchObject({ status: 401, code: 'SESSION_ENDED' })
    expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    expect(await server.judge(other.accessToken)).toBe('ok')
    const session = await (await server.store()).findSession(sessionId)
    expect(session?.revokedReason).toBe('refresh_reused')
  })

  test('gives fifty callers with one token the same pair', async () => {
    const { refreshToken } = await server.signUp()
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.refresh(refreshToken)))
    expect(answers.map(({ code }) => code)).toEqual(Array(50).fill(undefined))
    const pairs = new Set(
      answers.map(({ data }) =>
        JSON.stringify([idsOf(server, data.refresh.accessToken), idsOf(server, data.refresh.refreshToken)]),
      ),
    )
    expect(pairs.size).toBe(1)
    const { data } = await server.ask('{ tokens { nodes { type } } }', {
      token: answers[0]?.data.refresh.accessToken,
    })
    expect(data.tokens.nodes).toHaveLength(4)
  })

  describe('never answers TOKEN_EXPIRED, whose action is to refresh', () => {
    const cases: readonly [string, () => Promise<string | null>, string][] = [
      ['an access token', async () => (await server.signUp()).accessToken, 'TOKEN_INVALID'],
      [
        'an expired access token',
        async () => {
          const { accessToken } = await server.signUp()
          server.clock.advance(901)
          return accessToken
        },
        'TOKEN_INVALID',
      ],
      [
        'an expired refresh token',
        async () => {
          const { refreshToken } = await server.signUp()
          server.clock.advance(30 * 86_400)
          return refreshToken
        },
        'SESSION_ENDED',
      ],
      [
        'the refresh token of a session that was ended',
        async () => {
          const { accessToken, refreshToken } = await server.signUp()
          await server.ask('mutation { revokeAllSessions }', { token: accessToken })
          return refreshToken
        },
        'SESSION_ENDED',
      ],
      ['garbage', async () => 'garbage', 'TOKEN_INVALID'],
      ['nothing but dots', async () => '..', 'TOKEN_INVALID'],
      ['no token', async () => null, 'UNAUTHENTICATED'],
    ]

    test.each(cases)('%s in the argument and in the header', async (_what, make, code) => {
      const token = await make()
      for (const answer of [
        await server.ask('mutation ($t: String) { refresh(refreshToken: $t) { accessToken } }', {
          variables: { t: token },
        }),
        await server.ask('mutation { refresh { accessToken } }', { token }),
      ]) {
        expect(answer).toMatchObject({ status: 401, code, data: null })
        expect(answer.errors[0]?.extensions.action).toBe('login')
      }
    })

    test('an empty argument is a token that is none', async () => {
      const { refreshToken } = await server.signUp()
      const { code } = await server.ask('mutation { refresh(refreshToken: "") { accessToken } }', {
        token: refreshToken,
      })
      expect(code).toBe('TOKEN_INVALID')
    })
  })

  test('a rotated token that was revoked since is dead, also within its window', async () => {
    const { refreshToken } = await server.signUp()
    const next = (await server.refresh(refreshToken)).data.refresh
    await server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', {
      token: next.accessToken,
      variables: { jti: idsOf(server, refreshToken).jti },
    })
    expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    expect((await server.refresh(next.refreshToken)).status).toBe(200)
  })

  test.each(['Bearer', 'Bearer a b', 'Bearer a, Bearer b'])(
    'a header that holds no token (%s) is INVALID_REQUEST, unless there is an argument',
    async (authorization) => {
      const headers = { authorization }
      const { refreshToken } = await server.signUp()
      expect(await server.ask('mutation { refresh { tokenType } }', { headers })).toMatchObject({
        status: 400,
        code: 'INVALID_REQUEST',
      })
      const answer = await server.ask('mutation ($t: String) { refresh(refreshToken: $t) { tokenType } }', {
        headers,
        variables: { t: refreshToken },
      })
      expect(answer.status).toBe(200)
    },
  )

  test('keeps a half of the pair revoked that was revoked by itself', async () => {
    const { refreshToken, accessToken } = await server.signUp()
    const next = (await server.refresh(refreshToken)).data.refresh
    const revoke = 'mutation ($jti: ID!) { revoke(jti: $jti) { revokedReason } }'
    const { jti } = idsOf(server, next.accessToken)
    await server.ask(revoke, { token: accessToken, variables: { jti } })
    const again = (await server.refresh(refreshToken)).data.refresh
    expect(idsOf(server, again.accessToken).jti).toBe(jti)
    expect(await server.judge(again.accessToken)).toBe('TOKEN_REVOKED')
    expect((await server.refresh(again.refreshToken)).status).toBe(200)
  })

  test('shows when the session was last used, and moves its end', async () => {
    const { refreshToken } = await server.signUp()
    server.clock.advance(3600)
    const { data } = await server.refresh(refreshToken)
    const { data: seen } = await server.ask('{ sessions { lastUsedAt createdAt expiresAt } }', {
      token: data.refresh.accessToken,
    })
    const now = server.clock.now()
    expect(seen.sessions).toEqual([
      {
        createdAt: new Date(now - 3_600_000).toISOString(),
        lastUsedAt: new Date(now).toISOString(),
        expiresAt: new Date(now + 30 * 86_400_000).toISOString(),
      },
    ])
  })
})

test('with a reuse window of 0 a second presentation ends the session', async () => {
  const server = await startServer({ refreshReuseWindow: 0 })
  const { refreshToken } = await server.signUp()
  const next = (await server.refresh(refreshToken)).data.refresh
  expect(await server.refresh(refreshToken)).toMatchObject({ code: 'REFRESH_REUSED' })
  expect(await server.refresh(next.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
})

test('leeway makes no session longer', async () => {
  const server = await startServer({ leeway: 60, refreshTokenExpires: 10 })
  const { refreshToken } = await server.signUp()
  server.clock.advance(5)
  const next = (await server.refresh(refreshToken)).data.refresh
  server.clock.advance(10)
  expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
  expect(await server.refresh(next.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
})
