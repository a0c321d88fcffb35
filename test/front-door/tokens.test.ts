import { describe, expect, test } from 'vitest'
import { startSharedServer, type TestServer } from '../support/server.js'

const FIELDS = 'jti type fresh sessionId userId issuedAt expiresAt rotatedAt revokedAt revokedReason current'
const TOKENS = `query ($first: Int, $after: String, $type: TokenType) {
  tokens(first: $first, after: $after, type: $type) {
    nodes { ${FIELDS} } edges { cursor node { jti } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`
const ALL_TOKENS = `query ($first: Int, $after: String, $userId: ID, $type: TokenType, $revoked: Boolean) {
  allTokens(first: $first, after: $after, userId: $userId, type: $type, revoked: $revoked) { nodes { ${FIELDS} } }
}`

const jtiOf = (server: TestServer, token: string) =>
  String(server.sallyport.tokens.peek(token)?.unverifiedClaims.jti)

describe('P40 tokens', async () => {
  const server = await startSharedServer()
  const revoke = (token: string, jti: string) =>
    server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', { token, variables: { jti } })

  test('lists every token of mine, newest first, and nobody else’s', async () => {
    const ada = await server.signUp()
    await server.signUp()
    server.clock.advance(5)
    const { refreshToken, accessToken } = (await server.refresh(ada.refreshToken)).data.refresh
    await revoke(accessToken, jtiOf(server, ada.accessToken))
    const { data } = await server.ask(TOKENS, { token: accessToken })
    const now = new Date(server.clock.now()).toISOString()
    const before = new Date(server.clock.now() - 5000).toISOString()
    const common = { sessionId: ada.sessionId, userId: ada.userId, revokedAt: null, revokedReason: null }
    const access = { ...common, type: 'ACCESS', issuedAt: now, rotatedAt: null, current: false }
    expect(data.tokens.nodes).toHaveLength(4)
    expect(data.tokens.nodes.slice(0, 2)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...access, jti: jtiOf(server, accessToken), fresh: false, current: true }),
        expect.objectContaining({ ...access, jti: jtiOf(server, refreshToken), type: 'REFRESH' }),
      ]),
    )
    expect(data.tokens.nodes.slice(2)).toEqual(
      expect.arrayContaining([
        {
          ...access,
          jti: jtiOf(server, ada.accessToken),
          fresh: true,
          issuedAt: before,
          expiresAt: new Date(server.clock.now() + 895_000).toISOString(),
          revokedAt: now,
          revokedReason: 'owner',
        },
        expect.objectContaining({
          ...access,
          jti: jtiOf(server, ada.refreshToken),
          type: 'REFRESH',
          issuedAt: before,
          rotatedAt: now,
        }),
      ]),
    )
  })

  test('shows a token as fresh for as long as it is', async () => {
    const token = await server.sallyport.tokens.issueAccess({ subject: 'robot', fresh: 60 })
    const seen = async () => {
      const { data } = await server.ask('{ tokens { nodes { fresh } } }', { token })
      return data.tokens.nodes
    }
    expect(await seen()).toEqual([{ fresh: true }])
    server.clock.advance(61)
    expect(await seen()).toEqual([{ fresh: false }])
  })

  test('pages through them without gap or repetition, and by type', async () => {
    const ada = await server.signUp()
    for (let login = 0; login < 3; login++) await server.logIn(ada.username)
    const token = ada.accessToken
    const all = (await server.ask(TOKENS, { token })).data.tokens
    expect(all.nodes).toHaveLength(8)
    expect(all.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: all.edges[0].cursor,
      endCursor: all.edges[7].cursor,
    })
    const seen: string[] = []
    let after: string | null = null
    do {
      const { data } = await server.ask(TOKENS, { token, variables: { first: 3, after } })
      const page: { nodes: { jti: string }[]; pageInfo: Record<string, never> } = data.tokens
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null)
      seen.push(...page.nodes.map(({ jti }) => jti))
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null
    } while (after !== null)
    expect(seen).toEqual(all.nodes.map(({ jti }: { jti: string }) => jti))
    const { data } = await server.ask(TOKENS, { token, variables: { type: 'REFRESH', first: 100 } })
    expect(data.tokens.nodes.map(({ type }: { type: string }) => type)).toEqual(Array(4).fill('REFRESH'))
  })

  const cursor = (text: string) => Buffer.from(text).toString('base64url')
  test.each([
    ['first of 0', { first: 0 }, 'first'],
    ['first of 101', { first: 101 }, 'first'],
    ['first below 0', { first: -1 }, 'first'],
    ['a cursor of nobody’s', { after: 'garbage' }, 'after'],
    ['an empty cursor', { after: '' }, 'after'],
    ['a cursor with U+0000', { after: cursor('1:a\u0000') }, 'after'],
    ['a cursor beyond the last date', { after: cursor('999999999999999:a') }, 'after'],
  ])('refuses %s with BAD_USER_INPUT, naming the argument', async (_what, variables, field) => {
    const { accessToken } = await server.signUp()
    const answer = await server.ask(TOKENS, { token: accessToken, variables })
    expect(answer).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      data: null,
      errors: [{ extensions: { field } }],
    })
  })

  test('shows all tokens to an administrator alone, by user, type and state', async () => {
    const [admin, ada] = [await server.signUpAdmin(), await server.signUp()]
    await revoke(ada.accessToken, jtiOf(server, ada.accessToken))
    const ask = async (variables: Record<string, unknown>) => {
      const { data } = await server.ask(ALL_TOKENS, { token: admin.accessToken, variables })
      return data.allTokens.nodes.map(({ jti }: { jti: string }) => jti).sort()
    }
    const [access, refresh] = [jtiOf(server, ada.accessToken), jtiOf(server, ada.refreshToken)]
    expect(await ask({ userId: ada.userId })).toEqual([access, refresh].sort())
    expect(await ask({ userId: ada.userId, type: 'ACCESS' })).toEqual([access])
    expect(await ask({ userId: ada.userId, revoked: true })).toEqual([access])
    expect(await ask({ userId: ada.userId, revoked: false })).toEqual([refresh])
    expect(await ask({ userId: 'nobody' })).toEqual([])
    const impossible = await server.ask(ALL_TOKENS, {
      token: admin.accessToken,
      variables: { userId: 'no\u0000body' },
    })
    expect(impossible).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(await ask({ first: 100 })).toEqual(
      expect.arrayContaining([access, jtiOf(server, admin.accessToken)]),
    )

    const other = await server.signUp()
    expect(await server.ask(ALL_TOKENS, { token: other.accessToken })).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    })
    expect(await server.ask(ALL_TOKENS)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })
})
