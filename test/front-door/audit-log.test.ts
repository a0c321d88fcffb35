import { describe, expect, test } from 'vitest'
import { actions } from '../support/administration.js'
import { PASSWORD, startServer, type TestServer } from '../support/server.js'

const AUDIT_LOG = `query ($first: Int, $after: String, $userId: ID, $type: AuditEventType) {
  auditLog(first: $first, after: $after, userId: $userId, type: $type) {
    nodes { id at lastAt type actor actorId userId sessionId tokenId ip userAgent reason details count }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Event {
  [name: string]: unknown
  id: string
  type: string
}

/** A server, its administrator, and what the log says. */
async function startAudited(options = {}) {
  const server = await startServer(options)
  const admin = await server.signUpAdmin()
  const page = async (variables: Record<string, unknown> = {}) => {
    const answer = await server.ask(AUDIT_LOG, { token: admin.accessToken, variables })
    if (answer.code !== undefined) throw new Error(JSON.stringify(answer.body))
    return answer.data.auditLog as { nodes: Event[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
  }
  const log = async (userId?: string, type?: string) => (await page({ userId, type, first: 100 })).nodes
  return { server, admin, page, log }
}

const logIn = (server: TestServer, username: string, password = PASSWORD, agent = 'Firefox') =>
  server.ask(
    'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken session { id } } }',
    { variables: { input: { username, password } }, headers: { 'user-agent': agent } },
  )

describe('an administrator answers without SQL', () => {
  test('who logged in, from where, and what did they revoke', async () => {
    const { server, admin, log } = await startAudited()
    const ada = await server.signUp()
    server.clock.advance(60)
    const { data } = await logIn(server, ada.username)
    const { accessToken: token, session } = data.login
    const at = new Date(server.clock.now()).toISOString()
    await server.ask('mutation ($id: ID!) { revokeSession(id: $id) { id } }', {
      token,
      variables: { id: ada.sessionId },
      headers: { 'user-agent': 'Firefox' },
    })
    const [revoked, login, signup] = await log(ada.userId)
    const firefox = {
      actor: 'USER',
      actorId: ada.userId,
      userId: ada.userId,
      ip: '127.0.0.1',
      userAgent: 'Firefox',
    }
    expect(login).toMatchObject({
      ...firefox,
      type: 'LOGIN',
      at,
      sessionId: session.id,
      tokenId: expect.any(String),
    })
    expect(revoked).toMatchObject({ ...firefox, type: 'SESSION_REVOKED', at, sessionId: ada.sessionId })
    expect(signup).toMatchObject({ type: 'SIGNUP', userId: ada.userId, sessionId: ada.sessionId })
    expect((await log(undefined, 'LOGIN')).map(({ userId }) => userId)).toEqual([ada.userId, admin.userId])
  })

  test('what became of an account, by whose hand', async () => {
    const { server, admin, log } = await startAudited()
    const ada = await server.signUp()
    const act = actions(server)
    await act.setRoles(admin.accessToken, ada.userId, ['editor'])
    await act.setRoles(admin.accessToken, ada.userId, ['editor'])
    await act.setDisabled(admin.accessToken, ada.userId)
    await act.setDisabled(admin.accessToken, ada.userId, false)
    const back = await server.logIn(ada.username)
    await act.revokeSessions(admin.accessToken, ada.userId)
    const last = await server.logIn(ada.username)
    await act.remove(last.accessToken)
    const events = await log(ada.userId)
    expect(events.map(({ type }) => type)).toEqual([
      ...['ACCOUNT_DELETED', 'LOGIN', 'SESSIONS_REVOKED', 'LOGIN', 'ACCOUNT_ENABLED', 'ACCOUNT_DISABLED'],
      ...['ROLES_SET', 'SIGNUP'],
    ])
    const byAdmin = { actor: 'USER', actorId: admin.userId, userId: ada.userId, sessionId: admin.sessionId }
    expect(events[2]).toMatchObject({ ...byAdmin, reason: 'all', count: 1 })
    expect(events[6]).toMatchObject({ ...byAdmin, details: { from: [], to: ['editor'] } })
    expect(events[0]).toMatchObject({ actorId: ada.userId, sessionId: last.sessionId })
    expect(back.userId).toBe(ada.userId)
  })
})

test('every credential event has its row, and no token, password or name is in it', async () => {
  const { server, log } = await startAudited()
  const ada = await server.signUp()
  const ask = (query: string, token: string, variables = {}) => server.ask(query, { token, variables })
  const newPassword = 'another battery, another horse'
  const refreshed = (await server.refresh(ada.refreshToken)).data.refresh
  await ask(
    'mutation ($password: String!) { reauthenticate(password: $password) { accessToken } }',
    ada.accessToken,
    {
      password: PASSWORD,
    },
  )
  const jti = String(server.sallyport.tokens.peek(refreshed.accessToken)?.unverifiedClaims.jti)
  await ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', ada.accessToken, { jti })
  await ask('mutation ($jti: ID!) { unrevoke(jti: $jti) { jti } }', ada.accessToken, { jti })
  await server.logIn(ada.username)
  await ask('mutation { revokeOtherSessions }', ada.accessToken)
  const changed = await ask(
    `mutation ($currentPassword: String!, $newPassword: String!) {
      changePassword(currentPassword: $currentPassword, newPassword: $newPassword) { accessToken refreshToken }
    }`,
    ada.accessToken,
    { currentPassword: PASSWORD, newPassword },
  )
  await ask('mutation { logout { ended } }', changed.data.changePassword.accessToken)
  await server.sallyport.tokens.issueAccess({ subject: ada.userId })
  await server.sallyport.tokens.issueRefresh({ subject: ada.userId })
  await server.sallyport.sessions.revokeAll(ada.userId)
  const events = await log(ada.userId)
  expect(events.map(({ type }) => type).reverse()).toEqual([
    ...[
      'SIGNUP',
      'REFRESH',
      'REAUTHENTICATE',
      'TOKEN_REVOKED',
      'TOKEN_UNREVOKED',
      'LOGIN',
      'SESSIONS_REVOKED',
    ],
    ...['PASSWORD_CHANGED', 'LOGOUT', 'TOKEN_ISSUED', 'TOKEN_ISSUED', 'SESSIONS_REVOKED'],
  ])
  expect(events[0]).toMatchObject({ actor: 'HOST', actorId: null, ip: null })
  expect(events.find(({ type }) => type === 'TOKEN_REVOKED')).toMatchObject({ tokenId: jti })
  const text = JSON.stringify(await log())
  for (const secret of [ada.accessToken, ada.refreshToken, PASSWORD, newPassword, ada.username]) {
    expect(text).not.toContain(secret)
  }
})

test('a refresh token that is used again is told of, with the session that it ended', async () => {
  const { server, log } = await startAudited()
  const ada = await server.signUp()
  await server.refresh(ada.refreshToken)
  server.clock.advance(31)
  expect(await server.refresh(ada.refreshToken)).toMatchObject({ code: 'REFRESH_REUSED' })
  const tokenId = String(server.sallyport.tokens.peek(ada.refreshToken)?.unverifiedClaims.jti)
  expect((await log(ada.userId))[0]).toMatchObject({
    type: 'REFRESH_REUSED',
    sessionId: ada.sessionId,
    tokenId,
  })
})

test('what is refused or rolled back has no row', async () => {
  const { server, admin, log } = await startAudited()
  const before = await log()
  const { setRoles, setDisabled } = actions(server)
  expect(await setRoles(admin.accessToken, admin.userId, [])).toMatchObject({ code: 'CONFLICT' })
  expect(await setDisabled(admin.accessToken, admin.userId)).toMatchObject({ code: 'CONFLICT' })
  expect(
    await server.ask('mutation ($i: SignupInput!) { signup(input: $i) { accessToken } }', {
      variables: { i: { username: admin.username, password: PASSWORD } },
    }),
  ).toMatchObject({ code: 'CONFLICT' })
  expect(await log()).toEqual(before)
})

describe('failed logins', () => {
  test('are counted, one row for an account and a source in a quarter of an hour, and unknown names are one', async () => {
    const { server, log } = await startAudited({ accessTokenExpires: '1h' })
    const ada = await server.signUp()
    const first = new Date(server.clock.now()).toISOString()
    for (let n = 0; n < 3; n++) await logIn(server, ada.username, 'not the one')
    server.clock.advance(1)
    for (const name of ['nobody-1', 'nobody-2', 'my own password!']) await logIn(server, name, 'not the one')
    await logIn(server, ada.username, 'not the one')
    const last = new Date(server.clock.now()).toISOString()
    const [unknown, known, ...others] = await log(undefined, 'LOGIN_FAILED')
    expect(others).toEqual([])
    const source = { actor: 'NOBODY', actorId: null, ip: '127.0.0.1', userAgent: 'Firefox', reason: 'login' }
    expect(known).toMatchObject({ ...source, userId: ada.userId, count: 4, at: first, lastAt: last })
    expect(unknown).toMatchObject({ ...source, userId: null, count: 3 })
    expect(JSON.stringify(unknown)).not.toMatch(/nobody-|password/)
    server.clock.advance(15 * 60)
    await logIn(server, ada.username, 'not the one')
    expect(await log(ada.userId, 'LOGIN_FAILED')).toHaveLength(2)
  })

  test('are counted too where a password is proved again, and when many come at once', async () => {
    const { server, log } = await startAudited()
    const ada = await server.signUp()
    await Promise.all(Array.from({ length: 8 }, () => logIn(server, ada.username, 'not the one')))
    await server.ask('mutation { reauthenticate(password: "not the one") { accessToken } }', {
      token: ada.accessToken,
    })
    const events = await log(ada.userId, 'LOGIN_FAILED')
    expect(events.map(({ reason, count }) => [reason, count])).toEqual([
      ['reauthenticate', 1],
      ['login', 8],
    ])
  })
})

describe('reading', () => {
  test('page by page, newest first, each once, whatever happens meanwhile', async () => {
    const { server, page, log } = await startAudited()
    const ada = await server.signUp()
    for (let n = 0; n < 4; n++) await server.logIn(ada.username)
    const ids = (await log(ada.userId)).map(({ id }) => id)
    const seen: string[] = []
    let after: string | null = null
    for (let more = true; more; ) {
      const { nodes, pageInfo } = await page({ userId: ada.userId, first: 2, after })
      seen.push(...nodes.map(({ id }) => id))
      after = pageInfo.endCursor
      more = pageInfo.hasNextPage
      await server.logIn(ada.username)
    }
    expect(seen).toEqual(ids)
  })

  test('is for administrators', async () => {
    const { server } = await startAudited()
    const { accessToken } = await server.signUp()
    expect(await server.ask('{ auditLog { nodes { id } } }', { token: accessToken })).toMatchObject({
      code: 'FORBIDDEN',
    })
    expect(await server.ask('{ auditLog { nodes { id } } }')).toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
