import { describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, coordinatesOf, DOORS, viaYoga } from './support/run.js'

const NOW = 1_800_000_000
const clock = { now: () => NOW * 1000, elapsed: () => 0 }
const active = (viewer: Omit<Viewer, 'kind'> = {}): Viewer => ({ kind: 'active', ...viewer })

const host = makeHost(/* GraphQL */ `
  type Query {
    open: String
    user: String @auth
    role: String @auth(roles: ["admin", "editor"])
    scope: String @auth(scopes: [["read", "write"], ["all"]])
    claim: String @auth(claims: [{ name: "tier", in: ["gold", "1", "true", "NaN", "Infinity"] }, { name: "org", in: ["acme"] }])
    all: String @auth(roles: ["admin"], scopes: [["read"]], claims: [{ name: "org", in: ["acme"] }]) @fresh
    optional: String @auth(optional: true)
    fresh: String @fresh
    recent: String @fresh(maxAge: 60)
    strict: String @fresh(maxAge: 60) @fresh(maxAge: 3600)
    both: String @auth(roles: ["a"]) @auth(roles: ["b"])
    secret: Secret
  }
  type Secret @auth(roles: ["admin"]) {
    plain: String
    stricter: String @auth(scopes: [["read"]])
  }
`)

type Case = readonly [name: string, query: string, viewer: Viewer, code: string | null]

const CASES: readonly Case[] = [
  ['nobody may select what has no rule', '{ open }', ANYBODY, null],
  ['a bad token may too', '{ open }', { kind: 'invalid' }, null],
  ['nobody is refused by a bare @auth', '{ user }', ANYBODY, 'UNAUTHENTICATED'],
  ['any valid token passes a bare @auth', '{ user }', active(), null],
  ['an expired token is refused as expired', '{ user }', { kind: 'expired' }, 'TOKEN_EXPIRED'],
  ['a revoked token is refused as revoked', '{ user }', { kind: 'revoked' }, 'TOKEN_REVOKED'],
  ['what cannot be verified now is unavailable', '{ user }', { kind: 'unavailable' }, 'UNAVAILABLE'],
  [
    'a bad token is answered with its own code',
    '{ user }',
    { kind: 'invalid', code: 'CSRF_FAILED' },
    'CSRF_FAILED',
  ],
  ['optional lets nobody in', '{ optional }', ANYBODY, null],
  ['optional lets a valid token in', '{ optional }', active(), null],
  ['optional refuses a bad token', '{ optional }', { kind: 'expired' }, 'TOKEN_EXPIRED'],
  ['G19 a role that the viewer has passes', '{ role }', active({ roles: ['x', 'editor'] }), null],
  [
    'no role of the list is forbidden',
    '{ role }',
    active({ roles: ['Admin', 'admin,editor', 'admin '] }),
    'FORBIDDEN',
  ],
  ['a role is unauthenticated for nobody', '{ role }', ANYBODY, 'UNAUTHENTICATED'],
  [
    'roles of a bad token count for nothing',
    '{ role }',
    { kind: 'expired', roles: ['admin'] },
    'TOKEN_EXPIRED',
  ],
  ['G19 all scopes of one list pass', '{ scope }', active({ scopes: ['write', 'read'] }), null],
  ['G19 another list of scopes passes', '{ scope }', active({ scopes: ['all'] }), null],
  ['half a list of scopes is forbidden', '{ scope }', active({ scopes: ['read'] }), 'FORBIDDEN'],
  ['G19 claims pass', '{ claim }', active({ claims: { tier: 'gold', org: ['other', 'acme'] } }), null],
  ['G19 a number and a boolean are claims', '{ claim }', active({ claims: { tier: 1, org: 'acme' } }), null],
  ...[Number.NaN, Number.POSITIVE_INFINITY].map(
    (tier): Case => [
      `a claim that is ${tier} is no number`,
      '{ claim }',
      active({ claims: { tier, org: 'acme' } }),
      'FORBIDDEN',
    ],
  ),
  [
    'a claim that its prototype has is forbidden',
    '{ claim }',
    active({ claims: Object.freeze(Object.assign(Object.create({ tier: 'gold' }), { org: 'acme' })) }),
    'FORBIDDEN',
  ],
  ['one claim of two is forbidden', '{ claim }', active({ claims: { tier: true } }), 'FORBIDDEN'],
  [
    'a claim that is an object is forbidden',
    '{ claim }',
    active({ claims: { tier: { gold: 1 }, org: 'acme' } }),
    'FORBIDDEN',
  ],
  [
    'G19 all of them together pass',
    '{ all }',
    active({ roles: ['admin'], scopes: ['read'], claims: { org: 'acme' }, fresh: true }),
    null,
  ],
  [
    'all of them but freshness is stale',
    '{ all }',
    active({ roles: ['admin'], scopes: ['read'], claims: { org: 'acme' }, fresh: false }),
    'FRESH_REQUIRED',
  ],
  ['forbidden goes before stale', '{ all }', active({ roles: ['admin'], fresh: false }), 'FORBIDDEN'],
  ['a fresh token passes', '{ fresh }', active({ fresh: true }), null],
  ['one that is fresh until later passes', '{ fresh }', active({ fresh: NOW }), null],
  ['one that was fresh until before is stale', '{ fresh }', active({ fresh: NOW - 1 }), 'FRESH_REQUIRED'],
  ['endless freshness is stale', '{ fresh }', active({ fresh: Number.POSITIVE_INFINITY }), 'FRESH_REQUIRED'],
  ['without the claim a recent login is fresh', '{ fresh }', active({ authTime: NOW - 900 }), null],
  ['without the claim an old login is stale', '{ fresh }', active({ authTime: NOW - 901 }), 'FRESH_REQUIRED'],
  ['with neither it is stale', '{ fresh }', active(), 'FRESH_REQUIRED'],
  [
    'fresh: false is not mended by a recent login',
    '{ fresh }',
    active({ fresh: false, authTime: NOW }),
    'FRESH_REQUIRED',
  ],
  ['fresh is unauthenticated for nobody', '{ fresh }', ANYBODY, 'UNAUTHENTICATED'],
  ['a login within maxAge passes', '{ recent }', active({ authTime: NOW - 60 }), null],
  [
    'a login before maxAge is stale',
    '{ recent }',
    active({ authTime: NOW - 61, fresh: true }),
    'FRESH_REQUIRED',
  ],
  ['a login a little ahead of our clock passes', '{ recent }', active({ authTime: NOW + 10 }), null],
  ['a login far ahead of our clock is stale', '{ recent }', active({ authTime: NOW + 11 }), 'FRESH_REQUIRED'],
  [
    'a login time that is no number is stale',
    '{ recent }',
    active({ authTime: Number.NaN }),
    'FRESH_REQUIRED',
  ],
  ['G14 the strictest of two limits counts', '{ strict }', active({ authTime: NOW - 61 }), 'FRESH_REQUIRED'],
  ['G14 two @auth on a field both apply', '{ both }', active({ roles: ['a'] }), 'FORBIDDEN'],
  ['G14 two @auth on a field pass together', '{ both }', active({ roles: ['a', 'b'] }), null],
  ['G10 the type behind a field counts', '{ secret { plain } }', active(), 'FORBIDDEN'],
  [
    "G10 the type's rule alone is not enough",
    '{ secret { stricter } }',
    active({ roles: ['admin'] }),
    'FORBIDDEN',
  ],
  [
    "G10 the field's rule alone is not enough",
    '{ secret { stricter } }',
    active({ scopes: ['read'] }),
    'FORBIDDEN',
  ],
  ['G10 both pass', '{ secret { stricter } }', active({ roles: ['admin'], scopes: ['read'] }), null],
  [
    'G25 __typename alone is refused on a guarded type',
    '{ secret { __typename } }',
    ANYBODY,
    'UNAUTHENTICATED',
  ],
  ['introspection is not the guard’s', '{ __schema { queryType { name } } __typename }', ANYBODY, null],
]

describe.each(DOORS)('%s', (_name, door) => {
  const run = door(host, { clock })

  test.each(CASES)('%s', async (_case, query, viewer, code) => {
    const answer = await run({ query, viewer })
    if (code === null) {
      expect(answer.errors).toEqual([])
      expect(answer.data).toEqual(expect.anything())
    } else {
      expect([...new Set(codesOf(answer))]).toEqual([code])
      expect(answer.ran).toEqual([])
    }
  })
})

describe('the answer over HTTP', () => {
  const run = viaYoga(host, { clock })

  test.each([
    ['{ user }', ANYBODY, 401, 'Bearer realm="sallyport"'],
    ['{ user }', { kind: 'expired' }, 401, 'Bearer realm="sallyport", error="invalid_token"'],
    ['{ role }', active(), 403, 'Bearer realm="sallyport", error="insufficient_scope"'],
    ['{ fresh }', active(), 401, 'Bearer realm="sallyport", error="insufficient_user_authentication"'],
    [
      '{ strict }',
      active(),
      401,
      'Bearer realm="sallyport", error="insufficient_user_authentication", max_age="60"',
    ],
    ['{ user }', { kind: 'unavailable' }, 503, null],
  ] satisfies [string, Viewer, number, string | null][])(
    '%s by %j: status %i, no data, and the challenge',
    async (query, viewer, status, challenge) => {
      const answer = await run({ query, viewer })
      expect(answer.response?.status).toBe(status)
      expect(answer.response?.headers.get('www-authenticate')).toBe(challenge)
      expect(answer).not.toHaveProperty('data', expect.anything())
      expect(answer.errors[0]?.extensions).not.toHaveProperty('http')
    },
  )

  test('names each coordinate once, with the gravest code only', async () => {
    const answer = await run({ query: '{ role fresh again: role }', viewer: active() })
    expect(codesOf(answer)).toEqual(['FORBIDDEN'])
    expect(coordinatesOf(answer)).toEqual(['Query.role'])
    expect(answer.errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      action: 'none',
      coordinate: 'Query.role',
    })
  })
})
