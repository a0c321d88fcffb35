import { execute, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { SECRET, startSharedServer } from '../support/server.js'

const ran: string[] = []
const answerBy = (name: string) => () => {
  ran.push(name)
  return name
}

const server = await startSharedServer({
  typeDefs: `
    type Secret @auth { text: String }
    extend type Query {
      guarded: String @auth
      optional: String @auth(optional: true)
      fresh: String @fresh
      recent: String @fresh(maxAge: 60)
      admins: String @auth(roles: ["admin", "owner"])
      freshAdmins: String @auth(roles: ["admin"]) @fresh
      scoped: String @auth(scopes: [["read:a", "read:b"], ["read:all"]])
      tenant: String @auth(claims: [{ name: "tenant", in: ["acme"] }])
      secret: Secret @public
      open: String @public
      greedy: String @auth
    }
    extend type Mutation { count: String @public }
  `,
  resolvers: {
    Query: {
      ...Object.fromEntries(
        [
          'guarded',
          'optional',
          'fresh',
          'recent',
          'admins',
          'freshAdmins',
          'scoped',
          'tenant',
          'secret',
          'open',
        ].map((name) => [name, answerBy(name)]),
      ),
      greedy: (_parent: unknown, _args: unknown, context: { claims: { roles: string[] } }) => {
        try {
          context.claims.roles.push('admin')
        } catch {
          context.claims = { ...context.claims, roles: ['admin'] }
        }
        return 'greedy'
      },
    },
    Mutation: { count: answerBy('count') },
  },
})
const { tokens } = server.sallyport
const ada = await server.signUp()
const stale = (await server.refresh(ada.refreshToken)).data.refresh.accessToken
const issue = (input: object) => tokens.issueAccess({ subject: 'robot', ...input })

/** What is answered: `ok`, or the code. Where it is refused, nothing ran and there is no `data`. */
async function ask(query: string, token?: string | null, variables?: Record<string, unknown>) {
  ran.length = 0
  const { code, body, status } = await server.ask(query, { token, variables })
  if (code === undefined) {
    expect(status).toBe(200)
    return 'ok'
  }
  expect(ran).toEqual([])
  expect(body).not.toHaveProperty('data')
  return code
}

describe('guarded fields over HTTP', async () => {
  const withRole = await issue({ roles: ['owner'], fresh: true })
  const withoutRole = await issue({ roles: ['Admin', 'guest'], fresh: true })

  test.each<[string, string, string | null, string]>([
    ['P10 @auth', '{ guarded }', null, 'UNAUTHENTICATED'],
    ['P10 @auth', '{ guarded }', ada.accessToken, 'ok'],
    ['P10 @auth', '{ guarded }', stale, 'ok'],
    ['P10 @auth', '{ guarded }', 'garbage', 'TOKEN_INVALID'],
    ['P10 @auth', '{ guarded }', ada.refreshToken, 'TOKEN_INVALID'],
    ['P11 @auth(optional)', '{ optional }', null, 'ok'],
    ['P11 @auth(optional)', '{ optional }', ada.accessToken, 'ok'],
    ['P11 @auth(optional)', '{ optional }', 'garbage', 'TOKEN_INVALID'],
    ['P11 @auth(optional)', '{ optional }', ada.refreshToken, 'TOKEN_INVALID'],
    ['P12 @fresh', '{ fresh }', null, 'UNAUTHENTICATED'],
    ['P12 @fresh', '{ fresh }', ada.accessToken, 'ok'],
    ['P12 @fresh', '{ fresh }', stale, 'FRESH_REQUIRED'],
    ['G19 roles', '{ admins }', withRole, 'ok'],
    ['G19 roles, which are compared letter for letter', '{ admins }', withoutRole, 'FORBIDDEN'],
    ['G10 a role and freshness', '{ freshAdmins }', withRole, 'FORBIDDEN'],
    ['G19 scopes', '{ scoped }', await issue({ claims: { scope: 'read:a read:b' } }), 'ok'],
    ['G19 scopes', '{ scoped }', await issue({ claims: { scope: 'read:all' } }), 'ok'],
    ['G19 scopes', '{ scoped }', await issue({ claims: { scope: 'read:a read:c' } }), 'FORBIDDEN'],
    ['G19 claims', '{ tenant }', await issue({ claims: { tenant: ['other', 'acme'] } }), 'ok'],
    ['G19 claims', '{ tenant }', await issue({ claims: { tenant: 'acme inc' } }), 'FORBIDDEN'],
    [
      'G25 a guarded type, of which only __typename is asked',
      '{ secret { __typename } }',
      null,
      'UNAUTHENTICATED',
    ],
    ['G20 aliases', '{ open a: guarded b: guarded }', null, 'UNAUTHENTICATED'],
    ['G24 an alias named __proto__', '{ __proto__: guarded }', null, 'UNAUTHENTICATED'],
    ['G24 an alias named constructor', '{ constructor: guarded toString: open }', null, 'UNAUTHENTICATED'],
    ['G21 @skip(if: true)', '{ open guarded @skip(if: true) }', null, 'ok'],
    ['G21 @include(if: true)', '{ open guarded @include(if: true) }', null, 'UNAUTHENTICATED'],
    ['G22 guarded in the fragment', '{ ...f } fragment f on Query { open guarded }', null, 'UNAUTHENTICATED'],
    [
      'G28 a fragment cycle',
      '{ ...f } fragment f on Query { guarded ...f }',
      null,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['G28 an unknown fragment', '{ ...f }', null, 'GRAPHQL_VALIDATION_FAILED'],
    ['G54 guarded at the second root field', 'mutation { count deleteAccount }', null, 'UNAUTHENTICATED'],
    ['G54 stale at the second root field', 'mutation { count deleteAccount }', stale, 'FRESH_REQUIRED'],
  ])('%s: %s', async (_id, query, token, expected) => {
    expect(await ask(query, token)).toBe(expected)
  })

  test('P13 a `fresh` claim that is a time is fresh until then, and not after', async () => {
    const token = await issue({ fresh: '60s' })
    expect(await ask('{ fresh }', token)).toBe('ok')
    server.clock.advance(61)
    expect(await ask('{ fresh }', token)).toBe('FRESH_REQUIRED')
    expect(await ask('{ guarded }', token)).toBe('ok')
  })

  test('P13 @fresh(maxAge) counts from when the password was given, and says so in the challenge', async () => {
    const login = await server.signUp()
    expect(await ask('{ recent }', login.accessToken)).toBe('ok')
    server.clock.advance(60)
    expect(await ask('{ recent }', login.accessToken)).toBe('ok')
    server.clock.advance(1)
    const late = await server.ask('{ recent }', { token: login.accessToken })
    expect(late).toMatchObject({ status: 401, code: 'FRESH_REQUIRED' })
    expect(late.headers.get('www-authenticate')).toBe(
      'Bearer realm="sallyport", error="insufficient_user_authentication", max_age="60"',
    )
    expect(await ask('{ fresh }', login.accessToken)).toBe('ok')
    const proved = await server.ask(
      'mutation ($p: String!) { reauthenticate(password: $p) { accessToken } }',
      { token: login.accessToken, variables: { p: 'correct horse battery' } },
    )
    expect(await ask('{ recent }', proved.data.reauthenticate.accessToken)).toBe('ok')
  })

  test('G21 G36 the same document with other variables is judged anew', async () => {
    const query = 'query ($yes: Boolean! = true) { open guarded @include(if: $yes) }'
    for (let round = 0; round < 3; round++) {
      expect(await ask(query, null, { yes: false })).toBe('ok')
      expect(await ask(query, null, { yes: true })).toBe('UNAUTHENTICATED')
      expect(await ask(query, null)).toBe('UNAUTHENTICATED')
      expect(await ask(query, ada.accessToken, { yes: true })).toBe('ok')
    }
    const missing = 'query ($yes: Boolean!) { guarded @include(if: $yes) }'
    expect(await ask(missing)).toBe('UNAUTHENTICATED')
    expect(await ask(missing, ada.accessToken)).toBe('BAD_USER_INPUT')
  })

  test('G22 of two operations the selected one counts', async () => {
    const query = 'query a { open } query b { guarded }'
    const [a, b] = [
      await server.ask(query, { operationName: 'a' }),
      await server.ask(query, { operationName: 'b' }),
    ]
    expect(a).toMatchObject({ status: 200, data: { open: 'open' } })
    expect(b).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    for (const operationName of [undefined, 'c']) {
      const answer = await server.ask(query, { operationName })
      expect(answer).toMatchObject({ status: 400, data: undefined })
    }
  })

  test('G37 what a resolver writes into the claims changes nothing, now or later', async () => {
    const token = await issue({ roles: ['guest'] })
    expect(await ask('{ greedy }', token)).toBe('ok')
    expect(await ask('{ admins }', token)).toBe('FORBIDDEN')
    const { data } = await server.ask('{ greedy claims }', { token })
    expect((await server.ask('{ claims }', { token })).data.claims.roles).toEqual(['guest'])
    expect(data.greedy).toBe('greedy')
  })

  test('G55 the schema refuses by itself, without server or plugin', async () => {
    const { schema, context } = server.sallyport
    const run = async (query: string, token?: string) => {
      ran.length = 0
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const result = await execute({
        schema,
        document: parse(query),
        contextValue: await context({ headers }),
      })
      return result.errors?.[0]?.extensions.code ?? 'ok'
    }
    expect(await run('{ open guarded }')).toBe('UNAUTHENTICATED')
    expect(ran).toEqual([])
    expect(await run('mutation { count deleteAccount }')).toBe('UNAUTHENTICATED')
    expect(ran).toEqual([])
    expect(await run('{ guarded }', stale)).toBe('ok')
    expect(await run('{ fresh }', stale)).toBe('FRESH_REQUIRED')
    // Another verifier's context is as good.
    const auth = createAuthContext({ secret: SECRET, clock: server.clock })
    const result = await execute({
      schema,
      document: parse('{ guarded }'),
      contextValue: await auth({ headers: { authorization: `Bearer ${stale}` } }),
    })
    expect(result).toEqual({ data: { guarded: 'guarded' } })
  })
})
