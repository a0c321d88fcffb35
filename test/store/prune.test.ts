import { expect, test } from 'vitest'
import type { NewAuditRecord } from '../../src/store/audit-record.js'
import { openTestStore } from './open-test-store.js'
import { addSession, addUser, at, newToken } from './records.js'

test('what is past goes, and what is not or never stays', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const past = await addSession(store, { userId, accessExpiresAt: at(1), refreshExpiresAt: at(9) })
  const live = await addSession(store, { userId, accessExpiresAt: at(1), refreshExpiresAt: at(10) })
  const forever = await addSession(store, { userId, accessExpiresAt: null, refreshExpiresAt: null })
  const feed = [at(9), at(10), null].map((expiresAt, index) => ({
    ...{ scope: 'token', key: `jti-${index}`, effect: 'revoked', issuedBefore: null, expiresAt },
  })) as Parameters<Parameters<Parameters<typeof store.transaction>[0]>[0]['appendRevocations']>[0]
  await store.transaction((tx) => tx.appendRevocations(feed))

  expect(await store.prune(at(10), 100)).toEqual({ revocations: 1, tokens: 3, sessions: 1, counters: 0 })

  expect(await store.findSession(past.id)).toBeNull()
  expect(await store.findToken(live.accessJti)).toBeNull()
  for (const { id, refreshJti } of [live, forever]) {
    expect(await store.findSession(id)).not.toBeNull()
    expect(await store.findToken(refreshJti)).not.toBeNull()
  }
  expect((await store.readRevocations(0, 10)).entries.map(({ key }) => key)).toEqual(['jti-1', 'jti-2'])
  expect(await store.prune(at(10), 100)).toEqual({ revocations: 0, tokens: 0, sessions: 0, counters: 0 })
})

test('a session with a token left stays, though it is over', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId, accessExpiresAt: at(50), refreshExpiresAt: at(5) })
  expect(await store.prune(at(10), 100)).toEqual({ revocations: 0, tokens: 1, sessions: 0, counters: 0 })
  expect(await store.findSession(session.id)).not.toBeNull()
  expect(await store.prune(at(51), 100)).toEqual({ revocations: 0, tokens: 1, sessions: 1, counters: 0 })
})

test('an ended session that never expires goes once it has no token', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const fields = { userId, accessExpiresAt: at(1), refreshExpiresAt: at(2) }
  const session = await addSession(store, fields)
  // As after a rotation to a pair that never expires, whose tokens were never stored.
  await store.rotateSession({
    ...{ id: session.id, userId, fromRefreshJti: session.refreshJti, now: at(0) },
    pair: { ...session, refreshJti: 'never', refreshExpiresAt: null },
  })
  expect(await store.prune(at(10), 100)).toMatchObject({ tokens: 2, sessions: 0 })
  await store.endSessions({ userId, at: at(11), reason: 'owner' })
  expect(await store.prune(at(11), 100)).toMatchObject({ sessions: 0 })
  expect(await store.prune(at(12), 100)).toMatchObject({ sessions: 1 })
})

test('no more of each goes at once than asked', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  for (let index = 0; index < 3; index++) await addSession(store, { userId })
  await store.insertTokens(Array.from({ length: 4 }, () => newToken({ userId })))
  const far = at(1e6)
  expect(await store.prune(far, 7)).toMatchObject({ tokens: 7 })
  expect(await store.prune(far, 7)).toMatchObject({ tokens: 3 })
  expect(await store.listTokens({ limit: 100 })).toEqual([])
  expect(await store.listLiveSessions({ userId, now: at(0), limit: 10 })).toEqual([])
  expect(await store.findUser(userId)).not.toBeNull()
})

test('a token that never expires goes once it was exchanged or revoked', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await store.insertTokens([
    newToken({ userId, jti: 'exchanged', expiresAt: null, rotatedAt: at(1) }),
    newToken({ userId, jti: 'revoked', expiresAt: null, revokedAt: at(1), revokedReason: 'owner' }),
    newToken({ userId, jti: 'live', expiresAt: null }),
  ])
  expect(await store.prune(at(10), 100)).toMatchObject({ tokens: 2 })
  expect(await store.findToken('live')).not.toBeNull()
})

test('F2: a token that never expires goes once its session was ended, and the session with it', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const never = { userId, accessExpiresAt: null, refreshExpiresAt: null }
  const [ended, live] = [await addSession(store, never), await addSession(store, never)]
  await store.endSessions({ userId, ids: [ended.id], at: at(9), reason: 'logout' })
  expect(await store.prune(at(9), 100)).toMatchObject({ tokens: 0, sessions: 0 })
  expect(await store.prune(at(10), 100)).toMatchObject({ tokens: 2, sessions: 1 })
  expect(await store.findToken(live.accessJti)).not.toBeNull()
})

test('of the audit log what is older goes, at most as much as asked; what is of that very moment stays', async () => {
  const { store } = await openTestStore()
  const event = (seconds: number): NewAuditRecord => ({
    ...{ at: at(seconds), type: 'login', actor: 'user', actorId: 'ada', userId: 'ada', sessionId: null },
    ...{ tokenId: null, ip: null, userAgent: null, reason: null, details: null, count: 1 },
  })
  await store.insertAuditRecords([1, 2, 3, 10, 11].map(event))
  await store.countAuditRecord('bucket', { ...event(4), type: 'login_failed' })
  const kept = async () => (await store.listAuditRecords({ limit: 100 })).map((record) => record.at)

  expect(await store.pruneAudit(at(10), 3)).toBe(3)
  expect(await kept()).toHaveLength(3)
  expect(await store.pruneAudit(at(10), 3)).toBe(1)
  expect(await kept()).toEqual([at(11), at(10)])
  expect(await store.pruneAudit(at(10), 3)).toBe(0)
  // A failure in the same bucket is counted in a row of its own again.
  await store.countAuditRecord('bucket', { ...event(12), type: 'login_failed' })
  expect(await store.listAuditRecords({ limit: 1 })).toMatchObject([{ type: 'login_failed', count: 1 }])
})
