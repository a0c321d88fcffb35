import { inspect } from 'node:util'
import { createSchema, createYoga } from 'graphql-yoga'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { AuthError, OptionError } from '../../src/base/errors.js'
import { resolveLocations } from '../../src/base/resolve-locations.js'
import {
  type AuthContext,
  type AuthContextOptions,
  createAuthContext,
  createContextBuilder,
  presentedToken,
} from '../../src/context/index.js'
import { forge, hmac } from '../support/forge.js'
import { goodClaims } from '../support/hostile-row.js'
import { hostileTokens } from '../support/hostile-tokens.js'
import { createBench, createSetClock } from '../support/judge.js'
import { createTestLogger } from '../support/test-logger.js'

const NOW = 1_800_000_000
const clock = createSetClock(NOW * 1000)
const secret = 'a-secret-for-the-context-of-32-bytes'

function sign(changes: Record<string, unknown> = {}): string {
  return forge({ alg: 'HS256' }, { ...goodClaims({ now: NOW }), ...changes }, hmac('sha256', secret))
}

function bearing(raw: string) {
  return { headers: { authorization: `Bearer ${raw}` } }
}

/** Stands for whatever `options` make of a token. */
async function contextOf<TUser>(
  raw: string,
  options: Partial<AuthContextOptions<TUser, Record<string, unknown>>> = {},
) {
  return createAuthContext({ secret, clock, logger: false, ...options })(bearing(raw))
}

test('a logger is told why a token was refused', async () => {
  const logger = createTestLogger()
  await contextOf(sign({ aud: 'elsewhere' }), { audience: 'here', logger })
  await contextOf(sign(), { logger })
  expect(logger.lines).toMatchObject([
    { level: 'info', fields: { code: 'TOKEN_INVALID', location: 'header' } },
  ])
  expect(logger.lines[0]?.fields.reason).toMatch(/^aud: /)
  expect(logger.text()).not.toContain('elsewhere')
})

describe('the context never fails', () => {
  const auth = createAuthContext({ secret, clock })
  const rows = hostileTokens({ secret, now: NOW }).filter(({ as }) => as === 'access')

  test.each(rows)('G70 $id: $must', async ({ token, must }) => {
    const { identity, claims, user, session } = await auth(bearing(token))
    expect(identity.kind === 'active' ? 'ok' : identity.code).toBe(must)
    expect(claims === null).toBe(must !== 'ok')
    await expect(user()).resolves.toBeNull()
    await expect(session()).resolves.toBeNull()
  })

  test('with no request at all', async () => {
    await expect(auth({})).resolves.toMatchObject({ identity: { kind: 'anonymous' } })
  })
})

describe('P02 user()', () => {
  test('is loaded at the first call, once, with identity and claims', async () => {
    const asked: unknown[] = []
    const context = await contextOf(sign(), {
      loadUser: async (identity, claims) => {
        asked.push([identity.subject, claims.jti])
        return { name: 'Ada' }
      },
    })
    expect(asked).toEqual([])
    const [first, second] = await Promise.all([context.user(), context.user()])
    expect(second).toBe(first)
    expect(first).toEqual({ name: 'Ada' })
    expect(asked).toEqual([['42', goodClaims({ now: NOW }).jti]])
    expectTypeOf(first).toEqualTypeOf<{ name: string } | null>()
  })

  test.each(['garbage', sign({ exp: 1 })])(
    'is null, and nothing is loaded, for a bearer who is not active',
    async (raw) => {
      const context = await contextOf(raw, {
        loadUser: () => {
          throw new Error('it was asked')
        },
      })
      await expect(context.user()).resolves.toBeNull()
    },
  )

  test('rejects with USER_NOT_FOUND where the loader finds none', async () => {
    const context = await contextOf(sign(), { loadUser: () => null })
    await expect(context.user()).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
    await expect(context.user()).rejects.toBeInstanceOf(AuthError)
  })

  test('hands on what the loader throws', async () => {
    const context = await contextOf(sign(), { loadUser: () => Promise.reject(new RangeError('no database')) })
    await expect(context.user()).rejects.toBeInstanceOf(RangeError)
  })
})

describe('the builder that the server uses', () => {
  const { verifier, config } = createBench({ secret, clock })
  const locations = resolveLocations({})
  const build = createContextBuilder({
    verifier,
    config,
    locations,
    clock,
    loadSession: (identity) => (identity.sessionId === 'sid-1' ? { device: 'laptop' } : null),
  })

  test('is synchronous, and loads the session of an active bearer once', async () => {
    const context = build(bearing(sign({ sid: 'sid-1' })))
    if (context instanceof Promise) throw new Error('the keyring should have answered at once')
    const session = await context.session()
    expect(session).toEqual({ device: 'laptop' })
    expect(await context.session()).toBe(session)
  })

  test('gives no session where there is none, and none to a bearer who is not active', async () => {
    for (const raw of [sign({ sid: 'sid-2' }), sign(), sign({ sid: 'sid-1', exp: 1 }), 'garbage']) {
      const context = await build(bearing(raw))
      await expect(context.session()).resolves.toBeNull()
    }
  })

  test('waits for a keyring that fetches', async () => {
    const slow = createContextBuilder({
      verifier: { ...verifier, verify: async (raw, expected) => verifier.verify(raw, expected) },
      config,
      locations,
      clock,
    })
    const context = slow(bearing(sign()))
    expect(context).toBeInstanceOf(Promise)
    await expect(context).resolves.toMatchObject({ identity: { kind: 'active' } })
  })
})

describe('the presented token', () => {
  test('is there for who asks, genuine or not', async () => {
    for (const raw of [sign(), sign({ exp: 1 }), 'garbage']) {
      const context = await contextOf(raw)
      expect(presentedToken(context)).toMatchObject({ raw, location: 'header' })
      // As frameworks copy a context.
      expect(presentedToken({ ...context })).toMatchObject({ raw })
      expect(presentedToken(Object.assign({}, context))).toMatchObject({ raw })
    }
    expect(presentedToken(await createAuthContext({ secret })({}))).toEqual({ kind: 'none' })
    expect(presentedToken(await contextOf('a b'))).toMatchObject({ kind: 'malformed' })
    const { identity, claims, user, session } = await contextOf(sign())
    expect(presentedToken({ identity, claims, user, session })).toEqual({ kind: 'none' })
  })

  test('is in nothing that is printed or serialised', async () => {
    const raw = sign()
    const context = await contextOf(raw)
    const signature = raw.slice(raw.lastIndexOf('.') + 1)
    for (const text of [JSON.stringify(context), inspect(context, { depth: null, showHidden: true })]) {
      expect(text).not.toContain(signature)
    }
  })
})

describe('the options', () => {
  test.each<[string, object]>([
    ['secret', {}],
    ['sercet', { secret, sercet: 'x' }],
    ['issuer', { secret, issuer: 1 }],
    ['skipRevocationCheck', { secret, skipRevocationCheck: true }],
  ])('are refused by name: %s', (option, options) => {
    expect(() => createAuthContext(options)).toThrow(OptionError)
    expect(() => createAuthContext(options)).toThrow(expect.objectContaining({ option }))
  })

  test('P15 P16 verifyType and skipRevocationCheck reach the identifier', async () => {
    const revocation = { check: () => 'revoked' as const }
    const refresh = sign({ type: 'refresh' })
    await expect(contextOf(refresh, { verifyType: false })).resolves.toMatchObject({
      identity: { kind: 'active' },
    })
    await expect(contextOf(sign(), { revocation })).resolves.toMatchObject({ identity: { kind: 'revoked' } })
    await expect(contextOf(sign(), { revocation, skipRevocationCheck: true })).resolves.toMatchObject({
      identity: { kind: 'active' },
    })
  })

  test('P51 P61 header, issuer and audience are as in the server', async () => {
    const auth = createAuthContext({
      secret,
      clock,
      issuer: 'us',
      audience: 'api',
      headerName: 'X-Token',
      headerType: '',
    })
    const raw = sign({ iss: 'us', aud: ['api'] })
    await expect(auth({ headers: { 'x-token': raw } })).resolves.toMatchObject({
      identity: { kind: 'active' },
    })
    await expect(auth({ headers: { 'x-token': sign() } })).resolves.toMatchObject({
      identity: { kind: 'invalid' },
    })
  })

  test('the time is the system’s when no clock is given', async () => {
    const auth = createAuthContext({ secret })
    const exp = Math.floor(Date.now() / 1000) + 60
    await expect(auth(bearing(sign({ exp, iat: exp - 61, nbf: exp - 61 })))).resolves.toMatchObject({
      identity: { kind: 'active' },
    })
  })
})

test('is the context of a Yoga as it stands', async () => {
  const yoga = createYoga({
    schema: createSchema<AuthContext>({
      typeDefs: 'type Query { kind: String, same: Boolean }',
      resolvers: {
        Query: {
          kind: (_parent, _args, { identity }) => identity.kind,
          same: (_parent, _args, context) => {
            const found = presentedToken(context)
            return found.kind === 'token' && found.raw === raw
          },
        },
      },
    }),
    context: createAuthContext({ secret, clock }),
    logging: false,
  })
  const raw = sign()
  const answer = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${raw}` },
    body: JSON.stringify({ query: '{ kind same }' }),
  })
  await expect(answer.json()).resolves.toEqual({ data: { kind: 'active', same: true } })
})
