import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Claims } from '../../src/base/claims.js'
import { createLiveEntries } from '../../src/revocation/live-entries.js'
import type { RevocationEntry } from '../../src/store/revocation-record.js'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const noonSeconds = NOON / 1000

let nextId = 1
function entry(fields: Partial<RevocationEntry>): RevocationEntry {
  const id = nextId++
  return {
    id,
    scope: 'token',
    key: 'jti-1',
    effect: 'revoked',
    issuedBefore: null,
    expiresAt: null,
    ...fields,
  }
}

function judge(entries: readonly RevocationEntry[], claims: Partial<Claims>, subject = 'ada') {
  const live = createLiveEntries()
  for (const one of entries) live.apply(one)
  return live.judge({ sub: subject, ...claims }, subject)
}

const token: Partial<Claims> = { jti: 'jti-1', sid: 'session-1', iat: noonSeconds }

describe('what the feed says of a token', () => {
  test('nothing: it is live', () => {
    expect(judge([], token)).toBe('live')
    expect(judge([entry({ key: 'jti-2' }), entry({ scope: 'session', key: 'session-2' })], token)).toBe(
      'live',
    )
  })

  test.each(['token', 'session'] as const)('its %s is revoked, and restored, and superseded', (scope) => {
    const key = scope === 'token' ? 'jti-1' : 'session-1'
    expect(judge([entry({ scope, key })], token)).toBe('revoked')
    expect(judge([entry({ scope, key }), entry({ scope, key, effect: 'restored' })], token)).toBe('live')
    expect(judge([entry({ scope, key, effect: 'superseded' })], token)).toBe('superseded')
  })

  test('a token that was restored still falls with its session', () => {
    const restored = [entry({}), entry({ effect: 'restored' })]
    expect(judge([...restored, entry({ scope: 'session', key: 'session-1' })], token)).toBe('revoked')
    expect(judge([entry({ scope: 'session', key: 'session-1' }), ...restored], token)).toBe('revoked')
  })

  test.each([
    ['by its own line', entry({ effect: 'superseded' })],
    [
      'with all of its user',
      entry({ scope: 'access', key: 'ada', effect: 'superseded', issuedBefore: new Date(NOON + 1_000) }),
    ],
  ])('a token superseded %s is revoked once its session is, or its user', (_how, superseded) => {
    const ended = entry({ scope: 'session', key: 'session-1' })
    const cutoff = entry({ scope: 'user', key: 'ada', issuedBefore: new Date(NOON + 1_000) })
    expect(judge([superseded], token)).toBe('superseded')
    for (const line of [ended, cutoff]) expect(judge([superseded, line], token)).toBe('revoked')
  })

  test('one scope does not speak for another that has the same key', () => {
    expect(judge([entry({ scope: 'session', key: 'jti-1' })], token)).toBe('live')
    expect(judge([entry({ scope: 'user', key: 'session-1', issuedBefore: new Date(NOON) })], token)).toBe(
      'live',
    )
  })

  test('a token without a jti or a sid is none of theirs', () => {
    expect(judge([entry({}), entry({ scope: 'session' })], { iat: noonSeconds })).toBe('live')
  })
})

describe('what the feed says of a user', () => {
  const cutoff = entry({ scope: 'user', key: 'ada', issuedBefore: new Date(NOON) })

  test.each([
    ['before', noonSeconds - 1, 'revoked'],
    ['in the second of it', noonSeconds, 'revoked'],
    ['after', noonSeconds + 1, 'live'],
    ['nobody knows when', undefined, 'revoked'],
  ])('a token without a session that was issued %s is judged by that', (_when, iat, verdict) => {
    expect(judge([cutoff], { jti: 'jti-1', iat })).toBe(verdict)
  })

  test.each([
    ['before', noonSeconds - 1, 'revoked'],
    ['in the second of it', noonSeconds, 'live'],
    ['nobody knows when', undefined, 'revoked'],
  ])('a token of a session, perhaps another issuer’s, that was issued %s', (_when, iat, verdict) => {
    expect(judge([cutoff], { ...token, iat })).toBe(verdict)
  })

  test('another user is not concerned', () => {
    expect(judge([cutoff], { iat: noonSeconds - 1 }, 'eve')).toBe('live')
  })
})

describe('F7: a line about a user with the version of the account', () => {
  const line = entry({ scope: 'user', key: 'ada', issuedBefore: new Date(NOON), beforeVersion: 3 })

  test.each([
    [
      'an older version, though issued later by the clock',
      { account_version: 2, iat: noonSeconds + 3600 },
      'revoked',
    ],
    [
      'the version of the line, though issued earlier by the clock',
      { account_version: 3, iat: noonSeconds - 3600 },
      'live',
    ],
    ['no version, issued in the second of it', { iat: noonSeconds }, 'revoked'],
    ['no version, issued later', { iat: noonSeconds + 1 }, 'live'],
    [
      'a text of another issuer for a version',
      { account_version: '2.0', iat: noonSeconds + 1 } as object,
      'live',
    ],
  ])('judges a token of %s', (_of, claims, verdict) => {
    expect(judge([line], { ...token, ...claims })).toBe(verdict)
    expect(judge([line], claims)).toBe(verdict)
  })
})

test('F7: a known line goes by time once the database has lost versions', () => {
  const live = createLiveEntries()
  const line = { scope: 'user', key: 'ada', issuedBefore: new Date(NOON) } as const
  live.apply(entry({ ...line, beforeVersion: 2 }))
  live.markOld()
  const judgeAt = (seconds: number) =>
    live.judge({ sub: 'ada', sid: 's', iat: noonSeconds + seconds, account_version: 1 }, 'ada')
  expect([judgeAt(-60), judgeAt(60)]).toEqual(['revoked', 'live'])
  live.applyAgain(entry({ ...line, issuedBefore: new Date(NOON - 9_000), beforeVersion: 1 }))
  expect([judgeAt(-60), judgeAt(60)]).toEqual(['revoked', 'live'])
})

describe('in whatever order lines come, and however often', () => {
  const line = fc.record({
    scope: fc.constantFrom('token' as const, 'session' as const, 'user' as const, 'access' as const),
    key: fc.constantFrom('a', 'b'),
    effect: fc.constantFrom('revoked' as const, 'superseded' as const, 'restored' as const),
    issuedBefore: fc.option(fc.date({ min: new Date(NOON - 5_000), max: new Date(NOON + 5_000) }), {
      nil: null,
    }),
    expiresAt: fc.constant(null),
  })
  const lines = fc
    .array(line, { maxLength: 12 })
    .map((all) => all.map((one, index) => ({ ...one, id: index + 1 })))
  const shuffled = lines.chain((all) =>
    fc.record({
      inOrder: fc.constant(all),
      asTheyCome: fc
        .tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.subarray(all))
        .map((parts) => parts.flat()),
    }),
  )
  const claims = fc.record({
    jti: fc.constantFrom('a', 'b', 'c', undefined),
    sid: fc.constantFrom('a', 'b', undefined),
    iat: fc.constantFrom(noonSeconds - 6, noonSeconds, noonSeconds + 6, undefined),
  })

  /** The line with the highest id about each thing, and nothing else. */
  const newest = (all: readonly RevocationEntry[]) => [
    ...new Map(all.map((one) => [`${one.scope} ${one.key}`, one])).values(),
  ]

  test('the line with the highest id counts', () => {
    fc.assert(
      fc.property(shuffled, claims, ({ inOrder, asTheyCome }, presented) => {
        const verdict = judge(newest(inOrder), presented, 'a')
        expect(judge(asTheyCome, presented, 'a')).toBe(verdict)
        expect(judge(inOrder, presented, 'a')).toBe(verdict)
      }),
      { numRuns: 1_000 },
    )
  })

  test('no more lines are held than there are things', () => {
    fc.assert(
      fc.property(shuffled, ({ inOrder, asTheyCome }) => {
        const live = createLiveEntries()
        for (const one of asTheyCome) live.apply(one)
        expect(live.size).toBe(newest(inOrder).length)
      }),
    )
  })
})

test.each([
  ['in order', [0, 1]],
  ['the newest first', [1, 0]],
])('of two about one key both have to expire, %s', (_how, order) => {
  const about = { scope: 'access', key: 'ada', effect: 'superseded' } as const
  const times = [new Date(NOON + 2_000), new Date(NOON)]
  const lines = times.map((expiresAt) => entry({ ...about, issuedBefore: new Date(NOON), expiresAt }))
  const live = createLiveEntries()
  for (const index of order) live.apply(lines[index] as RevocationEntry)
  live.forgetExpired(NOON + 1_000)
  expect(live.judge({ sub: 'ada', iat: noonSeconds }, 'ada')).toBe('superseded')
  live.forgetExpired(NOON + 3_000)
  expect(live.size).toBe(0)
})

test('what expired before a time is forgotten; what never expires is not', () => {
  const live = createLiveEntries()
  live.apply(entry({ key: 'past', expiresAt: new Date(NOON - 1) }))
  live.apply(entry({ key: 'then', expiresAt: new Date(NOON) }))
  live.apply(entry({ scope: 'session', key: 'later', expiresAt: new Date(NOON + 1) }))
  live.apply(entry({ scope: 'user', key: 'ever', expiresAt: null }))
  live.forgetExpired(NOON)
  expect(live.size).toBe(3)
  expect(live.judge({ sub: 'ada', jti: 'past' }, 'ada')).toBe('live')
  expect(live.judge({ sub: 'ada', jti: 'then' }, 'ada')).toBe('revoked')
})
