import { createSchema, createYoga } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { type AuthContext, createAuthContext } from '../../src/context/index.js'
import { guardTypeDefs, useGuard } from '../../src/guard/index.js'
import { SECRET, startSharedServer } from '../support/server.js'

/** A Yoga of somebody else's, with a schema of its own, that takes the server's tokens. */
function hostYoga(context: (source: object) => AuthContext | Promise<AuthContext>) {
  const yoga = createYoga({
    schema: createSchema<AuthContext>({
      typeDefs: [
        guardTypeDefs,
        'type Query { orders: String @auth seen: String @auth kind: String @public }',
      ],
      resolvers: {
        Query: {
          orders: (_parent, _args, { identity }) => (identity.kind === 'active' ? identity.subject : null),
          seen: (_parent, _args, { claims }) => claims?.type,
          kind: (_parent, _args, { identity }) => identity.kind,
        },
      },
    }),
    context,
    plugins: [useGuard({ unmarked: 'error' })],
    logging: false,
  })
  return async (token: string) => {
    const response = await yoga.fetch('http://host/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ orders seen kind }' }),
    })
    const { data, errors } = await response.json()
    return { status: response.status, data, code: errors?.[0]?.extensions.code ?? 'ok' }
  }
}

describe('createAuthContext in a host’s own Yoga', async () => {
  const server = await startSharedServer()
  const { clock } = server
  const { accessToken, refreshToken, userId } = await server.signUp()
  /** What the server itself would say of a token: whether it was taken back. */
  const revoked = new Set<string>()
  const revocation = {
    check: ({ jti = '' }: { jti?: string }) => (revoked.has(jti) ? ('revoked' as const) : ('live' as const)),
  }
  const jtiOf = (token: string) => String(server.sallyport.tokens.peek(token)?.unverifiedClaims.jti)

  test('P10 lets the bearer of an access token in, and nobody else', async () => {
    const ask = hostYoga(createAuthContext({ secret: SECRET, clock }))
    expect(await ask(accessToken)).toEqual({
      status: 200,
      code: 'ok',
      data: { orders: userId, seen: 'access', kind: 'active' },
    })
    expect(await ask(refreshToken)).toMatchObject({ status: 401, code: 'TOKEN_INVALID', data: undefined })
    expect(await ask('garbage')).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
  })

  test('P15 with verifyType off a refresh token identifies its bearer too', async () => {
    const ask = hostYoga(createAuthContext({ secret: SECRET, clock, verifyType: false }))
    expect(await ask(refreshToken)).toMatchObject({ status: 200, data: { orders: userId, seen: 'refresh' } })
    expect(await ask(accessToken)).toMatchObject({ status: 200, data: { orders: userId, seen: 'access' } })
    expect(await ask('garbage')).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
  })

  test('P16 asks `revocation` for every token, and with skipRevocationCheck for none', async () => {
    const [checking, skipping] = [
      hostYoga(createAuthContext({ secret: SECRET, clock, revocation })),
      hostYoga(createAuthContext({ secret: SECRET, clock, revocation, skipRevocationCheck: true })),
    ]
    expect(await checking(accessToken)).toMatchObject({ code: 'ok' })
    revoked.add(jtiOf(accessToken))
    expect(await checking(accessToken)).toMatchObject({ status: 401, code: 'TOKEN_REVOKED' })
    expect(await skipping(accessToken)).toMatchObject({ status: 200, data: { orders: userId } })
  })

  test('P22 tells where the token was found, its header and its ids', async () => {
    const auth = createAuthContext({ secret: SECRET, clock })
    const { identity, claims } = await auth({ headers: { authorization: `Bearer ${accessToken}` } })
    expect(identity).toMatchObject({
      kind: 'active',
      subject: userId,
      tokenId: jtiOf(accessToken),
      location: 'header',
      header: { alg: 'HS256', typ: 'JWT' },
    })
    expect(claims).toMatchObject({ sub: userId, csrf: expect.any(String) })
  })

  test('G35 with the server’s own context a revocation counts at once', async () => {
    const other = await server.signUp()
    const ask = hostYoga(server.sallyport.context)
    expect((await ask(other.accessToken)).code).toBe('ok')
    await server.ask('mutation { logout { ended } }', { token: other.accessToken })
    expect(await ask(other.accessToken)).toMatchObject({ status: 401, code: 'TOKEN_REVOKED' })
  })
})
