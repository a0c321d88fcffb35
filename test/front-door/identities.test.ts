import { describe, expect, test } from 'vitest'
import { type GraphQLAnswer, startSharedServer } from '../support/server.js'

describe('one text, many callers', async () => {
  const server = await startSharedServer()
  const users = await Promise.all(Array.from({ length: 4 }, () => server.signUp()))

  test('G30 a thousand requests at once, with and without a token, are each judged by their own', async () => {
    const query = '{ me { id } whoami { subject } }'
    const answers: Promise<GraphQLAnswer>[] = []
    for (let round = 0; round < 1000; round++) {
      const user = round % 2 === 0 ? users[(round / 2) % users.length] : undefined
      answers.push(server.ask(query, { token: user?.accessToken ?? (round % 4 === 1 ? null : 'garbage') }))
    }
    for (const [round, { status, code, data }] of (await Promise.all(answers)).entries()) {
      if (round % 2 === 0) {
        const id = users[(round / 2) % users.length]?.userId
        expect({ status, data }).toEqual({ status: 200, data: { me: { id }, whoami: { subject: id } } })
      } else {
        const expected = round % 4 === 1 ? 'UNAUTHENTICATED' : 'TOKEN_INVALID'
        expect({ status, code, data }).toEqual({ status: 401, code: expected, data: undefined })
      }
    }
  })

  test('G32 roles that differ in order are alike; in case or by a separator they are not', async () => {
    const { tokens } = server.sallyport
    const ask = async (...roles: string[]) => {
      const token = await tokens.issueAccess({ subject: 'robot', roles })
      return (await server.ask('{ allTokens(first: 1) { nodes { jti } } }', { token })).code ?? 'ok'
    }
    expect(await ask('a', 'admin')).toBe('ok')
    expect(await ask('admin', 'a')).toBe('ok')
    for (const roles of [['Admin'], ['ADMIN'], ['a,admin'], ['admin,'], ['a', 'b admin'], ['admin '], ['']]) {
      expect(await ask(...roles), roles.join('|')).toBe('FORBIDDEN')
    }
  })
})

describe('G35 the same document and the same token, and something changed in between', async () => {
  const server = await startSharedServer()
  const document = 'query same { allTokens(first: 1) { nodes { jti } } }'
  const ask = async (token: string) => (await server.ask(document, { token })).code ?? 'ok'

  test('the token was revoked, and given back', async () => {
    const admin = await server.signUpAdmin()
    const other = await server.logIn(admin.username)
    const jti = server.sallyport.tokens.peek(admin.accessToken)?.unverifiedClaims.jti
    const act = (mutation: string) =>
      server.ask(`mutation ($jti: ID!) { ${mutation}(jti: $jti) { jti } }`, {
        token: other.accessToken,
        variables: { jti },
      })
    expect(await ask(admin.accessToken)).toBe('ok')
    await act('revoke')
    expect(await ask(admin.accessToken)).toBe('TOKEN_REVOKED')
    await act('unrevoke')
    expect(await ask(admin.accessToken)).toBe('ok')
  })

  test('the session ended', async () => {
    const admin = await server.signUpAdmin()
    expect(await ask(admin.accessToken)).toBe('ok')
    await server.ask('mutation { logout { ended } }', { token: admin.refreshToken })
    expect(await ask(admin.accessToken)).toBe('TOKEN_REVOKED')
  })

  test('its time went by', async () => {
    const admin = await server.signUpAdmin()
    expect(await ask(admin.accessToken)).toBe('ok')
    server.clock.advance(899)
    expect(await ask(admin.accessToken)).toBe('ok')
    server.clock.advance(1)
    expect(await ask(admin.accessToken)).toBe('TOKEN_EXPIRED')
  })

  test('the role was taken away, and the token refreshed', async () => {
    const admin = await server.signUpAdmin()
    expect(await ask(admin.accessToken)).toBe('ok')
    await (await server.store()).updateUser(admin.userId, { roles: [] })
    const { accessToken } = (await server.refresh(admin.refreshToken)).data.refresh
    expect(await ask(accessToken)).toBe('FORBIDDEN')
  })
})
