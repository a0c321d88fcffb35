import { describe, expect, test } from 'vitest'
import type { IssueAccess } from '../../src/sessions/issue-tokens.js'
import { startSharedServer } from '../support/server.js'

describe('sallyport.tokens', async () => {
  const server = await startSharedServer()
  const { tokens } = server.sallyport
  const claimsOf = async (token: string) => (await server.ask('{ claims }', { token })).data.claims

  test('P20 issueAccess gives a token with the subject, its life, freshness, roles, claims and headers', async () => {
    const token = await tokens.issueAccess({
      subject: 'robot',
      fresh: true,
      expiresIn: '2h',
      roles: ['reader'],
      claims: { tenant: 'acme', scope: 'read:all' },
      headers: { typ: 'at+jwt', note: 'machine' },
    })
    const now = server.clock.seconds()
    expect(await claimsOf(token)).toEqual({
      sub: 'robot',
      jti: expect.any(String),
      type: 'access',
      fresh: true,
      iat: now,
      nbf: now,
      exp: now + 7200,
      auth_time: now,
      account_version: 1,
      roles: ['reader'],
      tenant: 'acme',
      scope: 'read:all',
    })
    expect(tokens.peek(token)?.unverifiedHeader).toEqual({
      alg: 'HS256',
      typ: 'at+jwt',
      kid: expect.any(String),
      note: 'machine',
    })
    expect((await server.ask('{ whoami { subject fresh } }', { token })).data.whoami).toEqual({
      subject: 'robot',
      fresh: true,
    })
  })

  test('P20 what is not said is as usual: not fresh, and the life of every access token', async () => {
    const claims = await claimsOf(await tokens.issueAccess({ subject: 'robot' }))
    expect(claims).toMatchObject({ fresh: false, exp: server.clock.seconds() + 900 })
    expect(claims).not.toHaveProperty('auth_time')
    expect(claims).not.toHaveProperty('sid')
  })

  test('P20 P40 a token of a host’s own is listed, and can be revoked, as every other', async () => {
    const token = await tokens.issueAccess({ subject: 'listed' })
    const { jti } = await claimsOf(token)
    const asker = await tokens.issueAccess({ subject: 'listed' })
    const { data } = await server.ask('{ tokens { nodes { jti sessionId } } }', { token: asker })
    expect(data.tokens.nodes).toContainEqual({ jti, sessionId: null })
    await server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', {
      token: asker,
      variables: { jti },
    })
    expect((await server.ask('{ claims }', { token })).code).toBe('TOKEN_REVOKED')
    expect(await tokens.verify(token)).toEqual({ kind: 'revoked' })
  })

  test('P21 issueRefresh gives the refresh token of a new session, and what it is exchanged for is not fresh', async () => {
    const refreshToken = await tokens.issueRefresh({ subject: 'robot-2', device: 'cron', expiresIn: '1d' })
    expect(await tokens.verify(refreshToken, 'refresh')).toMatchObject({
      kind: 'valid',
      claims: { exp: server.clock.seconds() + 86_400 },
    })
    const { data } = await server.refresh(refreshToken)
    const { accessToken } = data.refresh
    expect(await claimsOf(accessToken)).toMatchObject({ sub: 'robot-2', fresh: false })
    const seen = await server.ask('{ sessions { device current } }', { token: accessToken })
    expect(seen.data.sessions).toEqual([{ device: 'cron', current: true }])
    expect((await server.ask('mutation { deleteAccount }', { token: accessToken })).code).toBe(
      'FRESH_REQUIRED',
    )
  })

  test('P22 verify answers data: what the server itself would make of a token', async () => {
    const { accessToken, refreshToken, userId } = await server.signUp()
    expect(await tokens.verify(accessToken)).toMatchObject({ kind: 'valid', subject: userId, type: 'access' })
    expect(await tokens.verify(accessToken, 'refresh')).toMatchObject({ kind: 'invalid' })
    expect(await tokens.verify(refreshToken)).toMatchObject({ kind: 'invalid' })
    expect(await tokens.verify(refreshToken, 'any')).toMatchObject({ kind: 'valid', type: 'refresh' })
    expect(await tokens.verify('garbage')).toMatchObject({ kind: 'invalid' })
    expect(await tokens.verify('', 'any')).toMatchObject({ kind: 'invalid' })
    const short = await tokens.issueAccess({ subject: userId, expiresIn: 1 })
    server.clock.advance(1)
    expect(await tokens.verify(short)).toMatchObject({ kind: 'expired', subject: userId })
    await server.ask('mutation { logout { ended } }', { token: accessToken })
    expect(await tokens.verify(accessToken)).toEqual({ kind: 'revoked' })
  })

  test('P22 peek shows header and claims of any token, unverified, and says so', async () => {
    const { accessToken, userId } = await server.signUp()
    const forged = `${accessToken.slice(0, -4)}AAAA`
    for (const token of [accessToken, forged]) {
      expect(tokens.peek(token)).toMatchObject({
        unverifiedHeader: { alg: 'HS256' },
        unverifiedClaims: { sub: userId, csrf: expect.any(String), jti: expect.any(String) },
      })
    }
    expect(tokens.peek('garbage')).toBeNull()
  })

  test('P22 context tells identity, header, location and claims of a request', async () => {
    const { accessToken, userId, sessionId } = await server.signUp()
    const context = await server.sallyport.context({ headers: { authorization: `bearer ${accessToken}` } })
    expect(context.identity).toMatchObject({
      kind: 'active',
      subject: userId,
      sessionId,
      location: 'header',
      header: { alg: 'HS256', typ: 'JWT' },
    })
    expect(context.claims).toMatchObject({ sub: userId, sid: sessionId })
    expect(await context.user()).toMatchObject({ id: userId })
    expect(JSON.stringify(context)).not.toContain(accessToken)
  })

  test.each([42, null, undefined, '', {}, ['ada'], true, 'a\u0000b', '\ud800'])(
    'P23 refuses %j as a subject, and keeps nothing of it',
    async (subject) => {
      const before = await (await server.store()).listTokens({ limit: 1000 })
      // What a caller without types might pass.
      const wrong = { subject: subject as string }
      await expect(tokens.issueAccess(wrong)).rejects.toThrow(TypeError)
      await expect(tokens.issueRefresh(wrong)).rejects.toThrow(TypeError)
      expect(await (await server.store()).listTokens({ limit: 1000 })).toEqual(before)
    },
  )

  test.each<[string, Partial<IssueAccess>, RegExp]>([
    ['a claim of ours', { claims: { roles: ['admin'] } }, /roles/],
    ['a session of one’s own', { claims: { sid: 'x' } }, /sid/],
    ['a header of ours', { headers: { alg: 'none' } }, /alg/],
    ['a life that is none', { expiresIn: 'soon' }, /^expiresIn: /],
    [
      'a token that would be refused, for it never expires',
      { expiresIn: false },
      /^expiresIn: .*allowNoExpiry/,
    ],
    ['a freshness that is none', { fresh: 'very' }, /^fresh: /],
    ['more than a token can hold', { claims: { x: 'x'.repeat(20_000) } }, /characters/],
  ])('P20 refuses %s', async (_what, input, message) => {
    await expect(tokens.issueAccess({ subject: 'robot', ...input })).rejects.toThrow(message)
  })
})
