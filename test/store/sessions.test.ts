import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SessionRecord, Store, TokenPair } from '../../src/store/contract.js'
import { reopen, shareStore } from './open-test-store.js'
import { addSession, addUser, at, newSession, newToken } from './records.js'

const shared = shareStore()

function nextPair(): TokenPair {
  return {
    accessJti: randomUUID(),
    refreshJti: randomUUID(),
    issuedAt: at(60),
    accessExpiresAt: at(960),
    refreshExpiresAt: at(86_460),
  }
}

/** What a rotation by the session's current refresh token asks. */
function rotation(session: SessionRecord, now = at(60)) {
  const { id, userId, refreshJti } = session
  return { id, userId, fromRefreshJti: refreshJti, pair: nextPair(), now }
}

test('a session is found as it was inserted, to the millisecond', async () => {
  const { store } = shared
  const user = await addUser(store)
  const session = newSession({
    userId: user.id,
    device: 'my phone',
    ip: '2001:db8::1',
    userAgent: 'Mozilla/5.0 …',
    authTime: at(0.001),
    createdAt: at(0.002),
    lastUsedAt: at(0.999),
    revokedAt: at(3),
    revokedReason: 'logout',
  })
  await store.insertSession(session)
  expect(await store.findSession(session.id)).toEqual(session)
  expect(await store.findSession('unknown')).toBeNull()
})

test('live sessions are those not ended and not past their refresh token, newest first', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const other = await addUser(store)
  const old = await addSession(store, { userId, createdAt: at(1) })
  const forever = await addSession(store, { userId, createdAt: at(2), refreshExpiresAt: null })
  await addSession(store, { userId, createdAt: at(3), revokedAt: at(4), revokedReason: 'logout' })
  await addSession(store, { userId, createdAt: at(5), refreshExpiresAt: at(100) })
  const young = await addSession(store, { userId, createdAt: at(6), refreshExpiresAt: at(100.001) })
  await addSession(store, { userId: other.id })

  const ids = (await store.listLiveSessions({ userId, now: at(100), limit: 10 })).map(({ id }) => id)
  expect(ids).toEqual([young.id, forever.id, old.id])
  expect(await store.listLiveSessions({ userId, now: at(100), limit: 2 })).toMatchObject([young, forever])
  expect(await store.listLiveSessions({ userId: 'nobody', now: at(100), limit: 10 })).toEqual([])
})

test('a rotation replaces the pair and answers the session as it is then', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId, device: 'phone' })
  const change = rotation(session)
  const rotated = { ...session, ...change.pair, lastUsedAt: at(60) }
  expect(await store.rotateSession(change)).toEqual(rotated)
  expect(await store.findSession(session.id)).toEqual(rotated)
  expect(await store.rotateSession(change)).toBeNull()
})

test('a session that never expires rotates, and a pair may never expire', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId, refreshExpiresAt: null })
  const change = rotation(session)
  const forever = { ...change, pair: { ...change.pair, accessExpiresAt: null, refreshExpiresAt: null } }
  expect(await store.rotateSession(forever)).toMatchObject(forever.pair)
})

test.each<[string, (change: ReturnType<typeof rotation>) => ReturnType<typeof rotation>]>([
  ['by a token that is not the current one', (change) => ({ ...change, fromRefreshJti: 'another' })],
  ['of an unknown session', (change) => ({ ...change, id: 'unknown' })],
  ["of another user's session", (change) => ({ ...change, userId: 'another' })],
  ['at the very end of its refresh token', (change) => ({ ...change, now: at(86_400) })],
])('a rotation %s changes nothing', async (_, alter) => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId })
  expect(await store.rotateSession(alter(rotation(session)))).toBeNull()
  expect(await store.findSession(session.id)).toEqual(session)
})

test('a session that is ended does not rotate', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId })
  await store.endSessions({ userId, ids: [session.id], at: at(1), reason: 'logout' })
  expect(await store.rotateSession(rotation(session))).toBeNull()
})

test('of 200 rotations that race in two instances one wins, and the losers then see its pair', async () => {
  const { store, databaseUrl } = shared
  const another = await reopen(databaseUrl)
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId })

  const results = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const instance = index % 2 === 0 ? store : another
      return instance.transaction(async (tx) => {
        const won = await tx.rotateSession(rotation(session))
        return { won: won?.refreshJti, seen: (await tx.findSession(session.id))?.refreshJti }
      })
    }),
  )

  const winners = results.flatMap(({ won }) => (won === undefined ? [] : [won]))
  expect(winners).toHaveLength(1)
  expect(new Set(results.map(({ seen }) => seen))).toEqual(new Set(winners))
})

async function addThree(store: Store): Promise<{ userId: string; ids: string[] }> {
  const { id: userId } = await addUser(store)
  const ids: string[] = []
  for (let index = 0; index < 3; index++) ids.push((await addSession(store, { userId })).id)
  return { userId, ids }
}

test.each([
  { which: 'all of a user', pick: () => ({}), ended: [0, 1, 2] },
  { which: 'all but one', pick: (ids: string[]) => ({ exceptId: ids[1] }), ended: [0, 2] },
  { which: 'those named', pick: (ids: string[]) => ({ ids: [ids[0], ids[2]] }), ended: [0, 2] },
  {
    which: 'those named, but one',
    pick: (ids: string[]) => ({ ids: ids.slice(0, 2), exceptId: ids[0] }),
    ended: [1],
  },
  { which: 'none', pick: () => ({ ids: [] }), ended: [] },
])('ending $which ends exactly these, with their tokens', async ({ pick, ended }) => {
  const { store } = shared
  const { userId, ids } = await addThree(store)
  const others = await addThree(store)
  const change = { userId, at: at(10), reason: 'session_revoked', ...pick(ids) } as Parameters<
    Store['endSessions']
  >[0]

  const answered = await store.endSessions(change)
  const expected = ended.map((index) => ids[index])
  expect(new Set(answered.map(({ id }) => id))).toEqual(new Set(expected))
  expect(answered).toHaveLength(expected.length)

  for (const id of [...ids, ...others.ids]) {
    const mark = expected.includes(id)
      ? { revokedAt: at(10), revokedReason: 'session_revoked' }
      : { revokedAt: null, revokedReason: null }
    const session = await store.findSession(id)
    expect(session).toMatchObject(mark)
    expect(await store.findToken(session?.accessJti ?? '')).toMatchObject(mark)
    expect(await store.findToken(session?.refreshJti ?? '')).toMatchObject(mark)
  }
})

test('ending a session again ends nothing, and leaves the first reason', async () => {
  const { store } = shared
  const { userId, ids } = await addThree(store)
  await store.endSessions({ userId, ids: ids.slice(0, 1), at: at(1), reason: 'logout' })
  const again = await store.endSessions({ userId, at: at(2), reason: 'password_changed' })
  expect(new Set(again.map(({ id }) => id))).toEqual(new Set(ids.slice(1)))
  expect(await store.findSession(ids[0] ?? '')).toMatchObject({ revokedAt: at(1), revokedReason: 'logout' })
})

test("another user's session is not ended, though it is named", async () => {
  const { store } = shared
  const mine = await addThree(store)
  const theirs = await addThree(store)
  const change = { userId: mine.userId, ids: theirs.ids, at: at(1), reason: 'owner' } as const
  expect(await store.endSessions(change)).toEqual([])
})

test('a token revoked before keeps its reason when its session ends', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId })
  await store.markRevoked(session.accessJti, at(1), 'owner')
  await store.endSessions({ userId, at: at(2), reason: 'logout' })
  expect(await store.findToken(session.accessJti)).toMatchObject({ revokedAt: at(1), revokedReason: 'owner' })
  expect(await store.findToken(session.refreshJti)).toMatchObject({ revokedReason: 'logout' })
})

test('a session past its refresh token is ended too: an access token may outlive it', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId, refreshExpiresAt: at(5), accessExpiresAt: null })
  expect(await store.endSessions({ userId, at: at(10), reason: 'owner' })).toEqual([
    { id: session.id, accessExpiresAt: null },
  ])
  expect(await store.findToken(session.accessJti)).toMatchObject({ revokedReason: 'owner' })
})

test('more sessions end at once than one statement takes', async () => {
  const { store } = shared
  const { id: userId } = await addUser(store)
  const sessionId = (await addSession(store, { userId })).id
  const tokens = Array.from({ length: 1201 }, () => newToken({ userId, sessionId }))
  await store.insertTokens(tokens)
  const ids = Array.from({ length: 40_000 }, (_, index) => `unknown-${index}`)
  expect(await store.endSessions({ userId, ids: [...ids, sessionId], at: at(1), reason: 'admin' })).toEqual([
    { id: sessionId, accessExpiresAt: at(900) },
  ])
  const revoked = await store.listTokens({ userId, revoked: true, limit: 2000 })
  expect(revoked).toHaveLength(1203)
})
