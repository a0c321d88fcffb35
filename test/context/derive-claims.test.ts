import { describe, expect, test } from 'vitest'
import { type AuthContextOptions, createAuthContext } from '../../src/context/index.js'
import { forge, hmac } from '../support/forge.js'
import { goodClaims } from '../support/hostile-row.js'
import { createSetClock } from '../support/judge.js'

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

describe('grants', () => {
  interface KeycloakClaims {
    realm_access?: { roles?: string[] }
    scope?: string
  }
  const keycloak = createAuthContext({
    secret,
    clock,
    grants: (claims: KeycloakClaims) => ({
      roles: claims.realm_access?.roles,
      scopes: claims.scope?.split(' '),
    }),
  })

  test('say where the rights stand', async () => {
    const raw = sign({
      realm_access: { roles: ['admin'] },
      scope: 'read write',
      roles: ['forged-by-user-attribute'],
    })
    const { claims } = await keycloak(bearing(raw))
    expect(claims).toMatchObject({ sub: '42', roles: ['admin'], scopes: ['read', 'write'] })
    expect(claims).not.toHaveProperty('scope')
    expect([
      Object.isFrozen(claims),
      Object.isFrozen(claims?.roles),
      Object.isFrozen(claims?.scopes),
    ]).toEqual([true, true, true])
  })

  test('that name a right and find none, grant none, whatever another claim says', async () => {
    const { claims } = await keycloak(bearing(sign({ roles: ['admin'], scopes: ['all'] })))
    expect(claims).toMatchObject({ roles: [], scopes: [] })
  })

  test('that do not name a right leave the claim', async () => {
    const { claims } = await contextOf(sign({ roles: ['admin'], scope: 'a b' }), {
      grants: () => ({ scopes: ['c'] }),
    })
    expect(claims).toMatchObject({ roles: ['admin'], scopes: ['c'] })
  })

  test.each<[string, () => unknown]>([
    ['throwing', () => JSON.parse('no JSON')],
    ['null', () => null],
    ['nothing', () => undefined],
    ['text', () => 'admin'],
    ['a promise', async () => ({ roles: ['admin'] })],
    ['roles as text', () => ({ roles: 'admin' })],
    ['roles as null', () => ({ roles: null })],
    ['a role that is no text', () => ({ roles: ['user', 1] })],
    ['scopes as an object', () => ({ scopes: { 0: 'a' } })],
  ])('that fail, reject the token: %s', async (_name, grants) => {
    const { identity, claims, user } = await contextOf(sign(), {
      grants: grants as () => object,
      loadUser: () => 'somebody',
    })
    expect(identity).toMatchObject({
      kind: 'invalid',
      code: 'CLAIMS_REJECTED',
      reason: expect.stringMatching(/./),
    })
    expect(claims).toBeNull()
    await expect(user()).resolves.toBeNull()
  })

  test('are the answer of this request only', async () => {
    const roles = ['user']
    const auth = createAuthContext({ secret, clock, logger: false, grants: () => ({ roles }) })
    const raw = sign()
    const first = await auth(bearing(raw))
    roles.push('admin')
    expect(first.claims?.roles).toEqual(['user'])
    expect((await auth(bearing(raw))).claims?.roles).toEqual(['user', 'admin'])
  })
})

describe('freshness of a token from elsewhere', () => {
  test('counts from auth_time, for freshFor', async () => {
    const { claims } = await contextOf(sign({ fresh: undefined, auth_time: NOW - 60 }), { freshFor: '5m' })
    expect(claims).toMatchObject({ fresh: NOW + 240, auth_time: NOW - 60 })
  })

  test.each([
    ['it says itself', { fresh: false, auth_time: NOW }, false],
    ['null is no freshness', { fresh: null, auth_time: NOW }, null],
    ['no auth_time', { fresh: undefined }, undefined],
    ['auth_time is text', { fresh: undefined, auth_time: String(NOW) }, undefined],
    ['auth_time is ahead', { fresh: undefined, auth_time: NOW + 11 }, undefined],
  ])('but not when %s', async (_name, changes, expected) => {
    const { claims } = await contextOf(sign(changes))
    expect(claims?.fresh).toBe(expected)
  })
})
