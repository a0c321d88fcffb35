import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type AuthContextOptions, createAuthContext } from '../../src/context/index.js'
import { guardSchema, guardTypeDefs } from '../../src/guard/index.js'
import { forge, hmac } from '../support/forge.js'
import { createTestClock } from '../support/test-clock.js'
import { noteRuns } from './support/host.js'

const SECRET = 'a secret that is long enough for every algorithm: HS256, HS384 and HS512'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String @public
    me: String @auth
    maybe: String @auth(onDeny: NULL)
    known: String @auth(optional: true)
  }
  type Mutation {
    pay: String @auth
  }
`

function makeSchema() {
  const { ran, resolve } = noteRuns()
  const clock = createTestClock()
  const schema = guardSchema(
    makeExecutableSchema({
      typeDefs: [guardTypeDefs, typeDefs],
      resolvers: {
        Query: Object.fromEntries(['open', 'me', 'maybe', 'known'].map((name) => [name, resolve(name)])),
        Mutation: { pay: resolve('pay') },
      },
    }),
    { unmarked: 'error', clock },
  )
  const run = async (query: string, contextValue: unknown) => {
    ran.length = 0
    const { errors } = await execute({ schema, document: parse(query), contextValue })
    return { code: errors?.[0]?.extensions.code ?? null, ran: [...ran] }
  }
  return { run, clock }
}

/** A context of a token that lives for a minute, kept for as long as the test goes on. */
async function keepContext(options: AuthContextOptions = {}) {
  const { run, clock } = makeSchema()
  const [iat, exp] = [clock.seconds(), clock.seconds() + 60]
  const token = forge({ alg: 'HS256' }, { sub: 'ada', jti: 'jti-1', iat, exp }, hmac('sha256', SECRET))
  const auth = createAuthContext({ secret: SECRET, logger: false, ...options, clock })
  const context = await auth({ headers: { authorization: `Bearer ${token}` } })
  return { run: (query: string, copied = false) => run(query, copied ? { ...context } : context), clock }
}

const PAID = { code: null, ran: ['pay'] }

describe('H2: each operation on a context judges the token at its own time', () => {
  test.each([false, true])('by its expiry; the context is copied: %s', async (copied) => {
    const { run, clock } = await keepContext()
    expect(await run('mutation { pay }', copied)).toEqual(PAID)
    clock.advance(59)
    expect(await run('mutation { pay }', copied)).toEqual(PAID)
    clock.advance(1)
    for (const query of ['mutation { pay }', '{ me }', '{ maybe }', '{ known }', '{ open me }']) {
      expect(await run(query, copied)).toEqual({ code: 'TOKEN_EXPIRED', ran: [] })
    }
    expect(await run('{ open }', copied)).toEqual({ code: null, ran: ['open'] })
  })

  test('by its expiry, however late its first operation is', async () => {
    const { run, clock } = await keepContext()
    clock.advance(60)
    expect(await run('mutation { pay }')).toEqual({ code: 'TOKEN_EXPIRED', ran: [] })
  })

  test('by revocations, from the first operation on', async () => {
    let state: 'live' | 'revoked' = 'live'
    const { run } = await keepContext({ revocation: { check: () => state } })
    state = 'revoked'
    expect(await run('mutation { pay }')).toEqual({ code: 'TOKEN_REVOKED', ran: [] })
  })

  test.each([false, true])("by the host's own checks; they are asynchronous: %s", async (isAsync) => {
    let isRevoked = false
    const asked: string[] = []
    const { run } = await keepContext({
      isRevoked: ({ jti }) => {
        asked.push(String(jti))
        return isAsync ? Promise.resolve(isRevoked) : isRevoked
      },
    })
    expect(await run('mutation { pay }')).toEqual(PAID)
    // The context asked for the first operation; nobody asks twice for one.
    expect(asked).toEqual(['jti-1'])
    expect(await run('mutation { pay }')).toEqual(PAID)
    expect(asked).toEqual(['jti-1', 'jti-1'])
    isRevoked = true
    expect(await run('mutation { pay }')).toEqual({ code: 'TOKEN_REVOKED', ran: [] })
    expect(await run('{ me maybe }')).toEqual({ code: 'TOKEN_REVOKED', ran: [] })
    asked.length = 0
    expect(await run('{ open }')).toEqual({ code: null, ran: ['open'] })
    expect(asked).toEqual([])
  })

  test("a host's check that fails refuses", async () => {
    let fails = false
    const { run } = await keepContext({
      isRevoked: async () => {
        if (fails) throw new Error('of the host')
        return false
      },
    })
    expect(await run('mutation { pay }')).toEqual(PAID)
    fails = true
    expect(await run('mutation { pay }')).toEqual({ code: 'UNAVAILABLE', ran: [] })
  })

  test('that a host made by itself, by the claim exp', async () => {
    const { run, clock } = makeSchema()
    const context = { identity: { kind: 'active' }, claims: { exp: clock.seconds() + 60 } }
    expect(await run('mutation { pay }', context)).toEqual(PAID)
    clock.advance(60)
    expect(await run('mutation { pay }', context)).toEqual({ code: 'TOKEN_EXPIRED', ran: [] })
    expect(await run('{ open }', context)).toEqual({ code: null, ran: ['open'] })
  })
})
