import { describe, expect, test } from 'vitest'
import { PASSWORD, startServer, startSharedServer, type TestServer } from '../support/server.js'
import { claimsOf, HEADER, ME, mustSlide, slide } from '../support/slide.js'

const revoke = (server: TestServer, token: string, by: string) =>
  server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', {
    token: by,
    variables: { jti: claimsOf(server, token).jti },
  })

test('P70 off, no answer gives a token in a header', async () => {
  const server = await startServer()
  const { accessToken } = await server.signUp()
  server.clock.advance(899)
  expect(await slide(server, accessToken)).toBeNull()
})

describe('an access token that slides', async () => {
  const server = await startSharedServer({ sliding: true, slidingThreshold: 0.6 })
  /** Somebody whose access token is due. */
  const signUpDue = async () => {
    const login = await server.signUp()
    server.clock.advance(540)
    return login
  }

  test('P70 does so from the threshold on, to the second: a live token of the usual life, on the same session', async () => {
    const { accessToken, sessionId, userId } = await server.signUp()
    server.clock.advance(539)
    expect(await slide(server, accessToken)).toBeNull()
    server.clock.advance(1)
    const successor = await mustSlide(server, accessToken)
    const now = server.clock.seconds()
    expect(claimsOf(server, successor)).toMatchObject({
      ...{ sub: userId, sid: sessionId, type: 'access', iat: now, exp: now + 900 },
      csrf: claimsOf(server, accessToken).csrf,
    })
    expect(await server.judge(successor)).toBe('ok')
    expect(await server.judge(accessToken)).toBe('ok')
    const { data } = await server.ask(
      '{ sessions { lastUsedAt } tokens { nodes { jti sessionId fresh } } }',
      {
        token: successor,
      },
    )
    expect(data.sessions).toEqual([{ lastUsedAt: new Date(now * 1000).toISOString() }])
    expect(data.tokens.nodes).toContainEqual({
      ...{ jti: claimsOf(server, successor).jti, sessionId, fresh: false },
    })
  })

  test('is never fresh afterwards, and auth_time stays that of the login, also of one that was fresh', async () => {
    const { accessToken } = await server.signUp()
    const { auth_time: loginTime } = claimsOf(server, accessToken)
    server.clock.advance(60)
    const proof = await server.ask(`mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`, {
      token: accessToken,
    })
    server.clock.advance(540)
    for (const token of [accessToken, proof.data.reauthenticate.accessToken]) {
      const successor = await mustSlide(server, token)
      expect(claimsOf(server, successor)).toMatchObject({ fresh: false, auth_time: loginTime })
    }
  })

  test('has one successor, whoever races: fifty requests, on two instances', async () => {
    const other = await startServer({
      ...{ databaseUrl: server.databaseUrl, clock: server.clock },
      ...{ sliding: true, slidingThreshold: 0.6 },
    })
    const { accessToken, userId } = await signUpDue()
    const successors = await Promise.all(
      Array.from({ length: 50 }, (_, index) => mustSlide(index % 2 === 0 ? server : other, accessToken)),
    )
    expect(new Set(successors.map((token) => claimsOf(server, token).jti)).size).toBe(1)
    expect(await (await server.store()).listTokens({ userId, limit: 10 })).toHaveLength(3)
  })

  test('takes the roles of today along', async () => {
    const { accessToken, userId } = await signUpDue()
    await (await server.store()).updateUser(userId, { roles: ['editor'] })
    expect(claimsOf(server, await mustSlide(server, accessToken)).roles).toEqual(['editor'])
  })

  test('revoked, takes its heirs along, on every instance; others of the session live on', async () => {
    const { accessToken, refreshToken } = await signUpDue()
    const heir = await mustSlide(server, accessToken)
    const pair = (await server.refresh(refreshToken)).data.refresh
    server.clock.advance(300)
    const proof = await server.ask(`mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`, {
      token: heir,
    })
    server.clock.advance(240)
    const heirOfHeir = await mustSlide(server, heir)
    await revoke(server, accessToken, pair.accessToken)
    for (const token of [heir, heirOfHeir]) expect(await server.judge(token)).toBe('TOKEN_REVOKED')
    for (const token of [pair.accessToken, proof.data.reauthenticate.accessToken]) {
      expect(await server.judge(token)).toBe('ok')
    }
    const other = await startServer({ databaseUrl: server.databaseUrl, clock: server.clock })
    for (const token of [heir, heirOfHeir]) expect(await other.judge(token)).toBe('TOKEN_REVOKED')
  })

  test('whose successor was revoked gets no other', async () => {
    const { accessToken } = await signUpDue()
    const heir = await mustSlide(server, accessToken)
    await revoke(server, heir, accessToken)
    expect(await server.judge(heir)).toBe('TOKEN_REVOKED')
    expect(await slide(server, accessToken)).toBeNull()
    expect(await server.judge(accessToken)).toBe('ok')
  })

  test.each([
    ['that revokes the token itself', 'mutation ($jti: ID!) { revoke(jti: $jti) { jti } }'],
    ['that ends the session', 'mutation { logout { ended } }'],
    ['that ends all sessions', 'mutation { revokeAllSessions }'],
    ['that the guard refuses', '{ users { nodes { id } } }'],
    ['that is not valid', '{ nothing }'],
    [
      'that gives a fresh token itself',
      `mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`,
    ],
  ])('gets nothing with an operation %s', async (_what, query) => {
    const { accessToken } = await signUpDue()
    const variables = query.includes('$jti') ? { jti: claimsOf(server, accessToken).jti } : undefined
    expect(await slide(server, accessToken, query, { variables })).toBeNull()
  })

  test('gets nothing beside the tokens of another login or of a refresh', async () => {
    const { accessToken, refreshToken } = await signUpDue()
    const bob = await server.signUp()
    const login = `mutation { login(input: { username: "${bob.username}", password: "${PASSWORD}" }) { accessToken } }`
    expect(await slide(server, accessToken, login)).toBeNull()
    const refresh = `mutation { refresh(refreshToken: "${refreshToken}") { accessToken } }`
    expect(await slide(server, accessToken, refresh)).toBeNull()
  })

  test('gets nothing for an account that is disabled, or a token of no session', async () => {
    const { accessToken, userId } = await signUpDue()
    const bare = await server.sallyport.tokens.issueAccess({ subject: userId })
    await (await server.store()).updateUser(userId, { disabledAt: new Date(server.clock.now()) })
    expect(await slide(server, accessToken)).toBeNull()
    server.clock.advance(700)
    expect(await slide(server, bare)).toBeNull()
  })

  test('of a refresh token in the header nothing is made', async () => {
    const { refreshToken } = await server.signUp()
    server.clock.advance(20 * 86_400)
    expect(await slide(server, refreshToken, '{ whoami { state } }')).toBeNull()
  })
})

test('a refresh token that is over ends it: what was made before is still answered, and nothing more is made', async () => {
  const server = await startServer({ sliding: true, refreshTokenExpires: 800 })
  const { accessToken } = await server.signUp()
  const another = (await server.signUp()).accessToken
  server.clock.advance(799)
  const lost = await mustSlide(server, accessToken)
  server.clock.advance(1)
  const again = await mustSlide(server, accessToken)
  expect(claimsOf(server, again)).toMatchObject({ jti: claimsOf(server, lost).jti })
  expect(claimsOf(server, again).exp).toBe(claimsOf(server, lost).exp)
  expect(await slide(server, another)).toBeNull()
  server.clock.advance(450)
  expect(await server.judge(again)).toBe('ok')
  expect(await slide(server, again)).toBeNull()
})

test('a token that is revoked while it slides leaves no heir alive', async () => {
  const server = await startServer({ sliding: true })
  const store = await server.store()
  for (let round = 0; round < 10; round++) {
    const { accessToken, refreshToken } = await server.signUp()
    const by = (await server.refresh(refreshToken)).data.refresh.accessToken
    server.clock.advance(450)
    const [successor] = await Promise.all([slide(server, accessToken), revoke(server, accessToken, by)])
    if (successor !== null) expect(await server.judge(successor)).toBe('TOKEN_REVOKED')
    const row = await store.findToken(String(claimsOf(server, accessToken).jti))
    const heir = row?.successorJti == null ? null : await store.findToken(row.successorJti)
    expect(heir?.revokedAt).not.toBeNull()
  }
})

test('what fails while a token slides does not fail the answer', async () => {
  let fails = false
  const claims = () => {
    if (fails) throw new Error('out of order')
    return {}
  }
  const server = await startServer({ sliding: true, claims })
  const { accessToken, userId } = await server.signUp()
  server.clock.advance(450)
  fails = true
  const answer = await server.ask(ME, { token: accessToken })
  expect(answer).toMatchObject({ status: 200, data: { me: { id: userId } } })
  expect(answer.headers.get(HEADER)).toBeNull()
  fails = false
  expect(await slide(server, accessToken)).not.toBeNull()
})

test('fetch answers the header too, and a subscription before its stream', async () => {
  const server = await startServer({
    ...{ sliding: true, slidingThreshold: 0 },
    typeDefs: 'type Subscription { ticks: Int @auth }',
    resolvers: {
      Subscription: {
        ticks: {
          async *subscribe() {
            yield { ticks: 1 }
          },
        },
      },
    },
  })
  const { accessToken } = await server.signUp()
  server.clock.advance(1)
  const { sallyport } = server
  const post = (query: string, accept: string) =>
    new Request(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ query }),
    })
  const answers = [
    await sallyport.fetch(post(ME, 'application/json')),
    await sallyport.fetch(post('subscription { ticks }', 'text/event-stream')),
    await fetch(post('subscription { ticks }', 'text/event-stream')),
  ]
  for (const answer of answers) {
    expect(answer.status).toBe(200)
    await answer.text()
    expect(await server.judge(answer.headers.get(HEADER) ?? '')).toBe('ok')
  }
})
