import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Policy, Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY, codesOf, coordinatesOf, DOORS, viaYoga } from './support/run.js'

const USER: Viewer = { kind: 'active', roles: ['user'] }

const host = makeHost(/* GraphQL */ `
  type Query {
    open: String
    yes: String @policy(policies: [["yes"]])
    no: String @policy(policies: [["no"]])
    either: String @policy(policies: [["no", "yes"], ["yes"]])
    both: String @policy(policies: [["yes", "no"]])
    unknown: String @policy(policies: [["toString"]])
    throws: String @policy(policies: [["throws"]])
    rejects: String @policy(policies: [["rejects"]])
    hangs: String @policy(policies: [["hangs"]])
    truthy: String @policy(policies: [["truthy"]])
    admin: String @auth(roles: ["admin"]) @policy(policies: [["yes"]])
    vault: Vault
  }
  type Vault @policy(policies: [["yes"]]) {
    items: [Item!]!
  }
  type Item {
    name: String @policy(policies: [["yes"]])
  }
  type Mutation {
    first: String
    second: String @policy(policies: [["no"]])
  }
  type Subscription {
    events: String @policy(policies: [["no"]])
    allowed: String @policy(policies: [["yes"]])
  }
`)

function makePolicies() {
  const asked: string[] = []
  const note = (name: string, answer: () => boolean | Promise<boolean>): Policy => {
    return () => {
      asked.push(name)
      return answer()
    }
  }
  const policies = {
    yes: note('yes', async () => true),
    no: note('no', () => false),
    throws: note('throws', () => {
      throw new Error('secret of the host')
    }),
    rejects: note('rejects', () => Promise.reject(new Error('secret of the host'))),
    hangs: note('hangs', () => new Promise(() => {})),
    truthy: note('truthy', () => 'yes' as unknown as boolean),
  }
  return { policies, asked }
}

afterEach(() => vi.useRealTimers())

describe.each(DOORS)('%s', (_name, door) => {
  test.each(['{ yes }', '{ either }', '{ vault { items { name } } }'])('allows %s', async (query) => {
    const { policies } = makePolicies()
    expect((await door(host, { policies })({ query, viewer: USER })).errors).toEqual([])
  })

  test.each(['no', 'both', 'unknown', 'throws', 'rejects', 'truthy'])(
    'G17 refuses { open %s }',
    async (field) => {
      const { policies } = makePolicies()
      const answer = await door(host, { policies })({ query: `{ open ${field} }`, viewer: USER })
      expect([...new Set(codesOf(answer))]).toEqual(['FORBIDDEN'])
      expect(coordinatesOf(answer)[0]).toBe(`Query.${field}`)
      expect(JSON.stringify(answer)).not.toContain('secret of the host')
      expect(answer.ran).toEqual([])
      expect(answer.response?.status ?? 403).toBe(403)
    },
  )

  test('G17 refuses what is silent for a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { policies, asked } = makePolicies()
    const answering = door(host, { policies })({ query: '{ open hangs }', viewer: USER })
    await vi.waitUntil(() => asked.length > 0)
    await vi.advanceTimersByTimeAsync(1000)
    const answer = await answering
    expect([...new Set(codesOf(answer))]).toEqual(['FORBIDDEN'])
    expect(answer.ran).toEqual([])
  })

  test('asks each policy once an operation', async () => {
    const { policies, asked } = makePolicies()
    const run = door(host, { policies })
    await run({ query: '{ yes again: yes either vault { items { name } } }', viewer: USER })
    expect(asked.sort()).toEqual(['no', 'yes'])
  })

  test('asks only when all else holds, and only for what runs', async () => {
    const { policies, asked } = makePolicies()
    const run = door(host, { policies })
    expect(codesOf(await run({ query: '{ yes }', viewer: ANYBODY }))).toEqual(['UNAUTHENTICATED'])
    expect(codesOf(await run({ query: '{ yes }', viewer: { kind: 'expired' } }))).toEqual(['TOKEN_EXPIRED'])
    expect(codesOf(await run({ query: '{ admin }', viewer: USER }))).toEqual(['FORBIDDEN'])
    expect((await run({ query: '{ open no @skip(if: true) }', viewer: USER })).errors).toEqual([])
    const query = 'query ($x: Boolean!) { open no @skip(if: $x) }'
    expect((await run({ query, variables: { x: true }, viewer: USER })).errors).toEqual([])
    expect(asked).toEqual([])
  })

  test('what is denied beside a policy that holds is null', async () => {
    const { policies } = makePolicies()
    const two = makeHost(
      'type Query { yes: String @policy(policies: [["yes"]]) maybe: String @auth(roles: ["admin"], onDeny: NULL) }',
    )
    const answer = await door(two, { policies })({ query: '{ yes maybe }', viewer: USER })
    expect(answer.data).toEqual({ yes: 'Query.yes', maybe: null })
    expect(codesOf(answer)).toEqual(['FORBIDDEN'])
    expect(answer.ran).toEqual(['Query.yes'])
  })

  test('G54 a policy on the second field of a mutation: the first never runs', async () => {
    const { policies } = makePolicies()
    const answer = await door(host, { policies })({ query: 'mutation { first second }', viewer: USER })
    expect([...new Set(codesOf(answer))]).toEqual(['FORBIDDEN'])
    expect(answer.ran).toEqual([])
  })

  test('G52 a policy on a subscription: its source never starts', async () => {
    const { policies } = makePolicies()
    const run = door(host, { policies })
    const answer = await run({ query: 'subscription { events }', viewer: USER })
    expect(codesOf(answer)).toEqual(['FORBIDDEN'])
    expect(answer.ran).toEqual([])
    expect((await run({ query: 'subscription { allowed }', viewer: USER })).ran[0]).toMatch(/subscribed$/)
  })

  test('is told the viewer and the context', async () => {
    const told: unknown[] = []
    const policies = {
      yes: (viewer: Viewer, context: { viewer: Viewer }) => {
        told.push(viewer, context.viewer)
        return true
      },
    }
    await door(host, { policies })({
      query: '{ yes }',
      viewer: { ...USER, scopes: ['s'], claims: { sub: '1' }, fresh: true, authTime: 5 },
    })
    expect(told[0]).toEqual({
      kind: 'active',
      roles: ['user'],
      scopes: ['s'],
      claims: { sub: '1' },
      fresh: true,
      authTime: 5,
    })
    expect(told[1]).toMatchObject({ roles: ['user'] })
  })
})

test.each([
  ['roles', { roles: ['user'] }, ({ roles }: Viewer) => roles],
  ['scopes', { scopes: ['read'] }, ({ scopes }: Viewer) => scopes],
  ['a list in claims', { claims: { org: ['other'] } }, ({ claims }: Viewer) => claims?.org],
  ['claims', { claims: { org: ['other'] } }, ({ claims }: Viewer) => claims],
  ['the viewer', {}, (viewer: Viewer) => viewer],
])('a policy cannot change %s for the next one', async (_what, more, find) => {
  const seen: unknown[] = []
  const policies = {
    first(viewer: Viewer) {
      seen.push(
        Reflect.set(find(viewer) as object, 0, 'admin'),
        Reflect.set(find(viewer) as object, 'roles', ['admin']),
      )
      return true
    },
    second(viewer: Viewer) {
      seen.push(structuredClone(viewer))
      return !JSON.stringify(viewer).includes('admin')
    },
  }
  const two = makeHost('type Query { a: Int @policy(policies: [["first", "second"]]) }')
  const viewer: Viewer = { kind: 'active', ...more }
  const { errors } = await viaYoga(two, { policies })({ query: '{ a }', viewer })
  expect(errors).toEqual([])
  expect(seen).toEqual([false, false, { roles: [], scopes: [], claims: {}, ...viewer }])
})

test('what a policy refuses has status and challenge and no data', async () => {
  const { policies } = makePolicies()
  const answer = await viaYoga(host, { policies })({ query: '{ open no }', viewer: USER })
  expect(answer.data).toBeUndefined()
  expect(answer.response?.headers.get('www-authenticate')).toContain('insufficient_scope')
})
