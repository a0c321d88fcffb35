import { expect, test } from 'vitest'
import type { Store, TokenRecord } from '../../src/store/contract.js'
import type { TokenPage } from '../../src/store/pages.js'
import { openTestStore } from './open-test-store.js'
import { addSession, addUser, at, newToken } from './records.js'

async function addTokens(
  store: Store,
  ...tokens: (Partial<TokenRecord> & { userId: string })[]
): Promise<TokenRecord[]> {
  const records = tokens.map(newToken)
  await store.insertTokens(records)
  return records
}

test('a token is found as it was inserted, to the millisecond', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const session = await addSession(store, { userId })
  const full = newToken({
    ...{ userId, sessionId: session.id, type: 'refresh', fresh: true, freshUntil: at(1.001) },
    ...{ issuedAt: at(0.999), expiresAt: at(2), rotatedAt: at(3), revokedAt: at(4), revokedReason: 'owner' },
    successorJti: 'the next one',
  })
  const bare = newToken({ userId, expiresAt: null })
  await store.insertTokens([full, bare])
  expect(await store.findToken(full.jti)).toEqual(full)
  expect(await store.findToken(bare.jti)).toEqual(bare)
  expect(await store.findToken('unknown')).toBeNull()
})

test('no tokens are inserted without complaint, and many at once', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await store.insertTokens([])
  await addTokens(store, ...Array.from({ length: 1501 }, () => ({ userId })))
  expect(await store.listTokens({ limit: 2000 })).toHaveLength(1501)
})

test('a jti that is taken is a conflict, and none of the tokens is inserted', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const [token] = await addTokens(store, { userId, jti: 'same' })
  const other = newToken({ userId })
  await expect(store.insertTokens([other, newToken({ userId, jti: 'same' })])).rejects.toMatchObject({
    ...{ name: 'StoreConflict', field: 'id' },
  })
  expect(await store.findToken(other.jti)).toBeNull()
  expect(await store.findToken('same')).toEqual(token)
})

test('a page is in the order of issue, newest first, and of equal times by jti', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await addTokens(
    store,
    { userId, jti: 'b', issuedAt: at(1) },
    { userId, jti: 'd', issuedAt: at(2) },
    { userId, jti: 'a', issuedAt: at(1) },
    { userId, jti: 'c', issuedAt: at(1) },
    { userId, jti: 'e', issuedAt: at(0) },
  )
  const list = async (page: Partial<TokenPage>) =>
    (await store.listTokens({ limit: 10, ...page })).map(({ jti }) => jti)
  expect(await list({})).toEqual(['d', 'c', 'b', 'a', 'e'])
  expect(await list({ limit: 2 })).toEqual(['d', 'c'])
  expect(await list({ limit: 2, after: { issuedAt: at(1), jti: 'c' } })).toEqual(['b', 'a'])
  expect(await list({ limit: 2, after: { issuedAt: at(1), jti: 'a' } })).toEqual(['e'])
  expect(await list({ after: { issuedAt: at(0), jti: 'e' } })).toEqual([])
})

test('the pages of a walk hold every token once', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const tokens = Array.from({ length: 53 }, (_, index) => ({ userId, issuedAt: at(Math.floor(index / 5)) }))
  const inserted = await addTokens(store, ...tokens)
  const seen: string[] = []
  for (let after: TokenPage['after']; ; ) {
    const page = await store.listTokens({ userId, limit: 7, ...(after === undefined ? {} : { after }) })
    if (page.length === 0) break
    seen.push(...page.map(({ jti }) => jti))
    after = page.at(-1)
  }
  expect(seen).toHaveLength(53)
  expect(new Set(seen)).toEqual(new Set(inserted.map(({ jti }) => jti)))
})

test('a page may be of one user, one type, revoked or not', async () => {
  const { store } = await openTestStore()
  const [one, two] = [await addUser(store), await addUser(store)]
  await addTokens(
    store,
    { userId: one.id, jti: '1-access' },
    { userId: one.id, jti: '1-refresh', type: 'refresh' },
    { userId: one.id, jti: '1-revoked', revokedAt: at(1), revokedReason: 'owner' },
    { userId: two.id, jti: '2-access' },
  )
  const list = async (page: Partial<TokenPage>) =>
    new Set((await store.listTokens({ limit: 10, ...page })).map(({ jti }) => jti))
  expect(await list({ userId: two.id })).toEqual(new Set(['2-access']))
  expect(await list({ userId: one.id, type: 'access' })).toEqual(new Set(['1-access', '1-revoked']))
  expect(await list({ type: 'refresh' })).toEqual(new Set(['1-refresh']))
  expect(await list({ revoked: true })).toEqual(new Set(['1-revoked']))
  expect(await list({ userId: one.id, revoked: false })).toEqual(new Set(['1-access', '1-refresh']))
})

test('a refresh token is marked rotated once', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await addTokens(store, { userId, jti: 'r', type: 'refresh' })
  expect(await store.markRotated({ jti: 'r', at: at(1), evenIfRevoked: false })).toBe(true)
  expect(await store.markRotated({ jti: 'r', at: at(2), evenIfRevoked: false })).toBe(false)
  expect(await store.markRotated({ jti: 'r', at: at(2), evenIfRevoked: true })).toBe(false)
  expect(await store.findToken('r')).toMatchObject({ rotatedAt: at(1), revokedAt: null })
})

test('a revoked refresh token is marked rotated only where that is asked for', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await addTokens(store, { userId, jti: 'r', type: 'refresh', revokedAt: at(1), revokedReason: 'owner' })
  expect(await store.markRotated({ jti: 'r', at: at(2), evenIfRevoked: false })).toBe(false)
  expect(await store.findToken('r')).toMatchObject({ rotatedAt: null })
  expect(await store.markRotated({ jti: 'r', at: at(3), evenIfRevoked: true })).toBe(true)
  expect(await store.findToken('r')).toMatchObject({ rotatedAt: at(3), revokedAt: at(1) })
})

test('neither an access token nor an unknown one is marked rotated', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await addTokens(store, { userId, jti: 'a' })
  expect(await store.markRotated({ jti: 'a', at: at(1), evenIfRevoked: true })).toBe(false)
  expect(await store.markRotated({ jti: 'unknown', at: at(1), evenIfRevoked: true })).toBe(false)
})

test('a token is revoked once, and is so until that is cleared', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  await addTokens(store, { userId, jti: 'a' }, { userId, jti: 'b' })
  expect(await store.markRevoked('a', at(1), 'owner')).toBe(true)
  expect(await store.markRevoked('a', at(2), 'admin')).toBe(false)
  expect(await store.findToken('a')).toMatchObject({ revokedAt: at(1), revokedReason: 'owner' })
  expect(await store.findToken('b')).toMatchObject({ revokedAt: null, revokedReason: null })
  await store.clearRevoked('a')
  expect(await store.findToken('a')).toMatchObject({ revokedAt: null, revokedReason: null })
  expect(await store.markRevoked('a', at(3), 'admin')).toBe(true)
  expect(await store.markRevoked('unknown', at(1), 'owner')).toBe(false)
})

test("a user's tokens without a session are revoked, and answered, and no others", async () => {
  const { store } = await openTestStore()
  const [one, two] = [await addUser(store), await addUser(store)]
  const session = await addSession(store, { userId: one.id })
  await addTokens(
    store,
    { userId: one.id, jti: 'live', expiresAt: at(5) },
    { userId: one.id, jti: 'forever', expiresAt: null },
    { userId: one.id, jti: 'revoked', revokedAt: at(1), revokedReason: 'owner' },
    { userId: two.id, jti: 'theirs' },
  )
  const change = { userId: one.id, at: at(2), reason: 'password_changed' } as const
  const answered = await store.revokeSessionless(change)
  expect(new Set(answered)).toEqual(
    new Set([
      { jti: 'live', expiresAt: at(5) },
      { jti: 'forever', expiresAt: null },
      // What a person revoked could be taken back; this cannot.
      { jti: 'revoked', expiresAt: (await store.findToken('revoked'))?.expiresAt },
    ]),
  )
  const mark = { revokedAt: at(2), revokedReason: 'password_changed' }
  expect(await store.findToken('live')).toMatchObject(mark)
  expect(await store.findToken('revoked')).toMatchObject(mark)
  expect(await store.findToken('theirs')).toMatchObject({ revokedAt: null })
  expect(await store.findToken(session.accessJti)).toMatchObject({ revokedAt: null })
  expect(await store.revokeSessionless(change)).toEqual([])
})

test('F2: a token of an ended session is revoked with it, for every reader, and its own row is untouched', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const [ended, live] = [await addSession(store, { userId }), await addSession(store, { userId })]
  await addTokens(store, {
    userId,
    jti: 'by itself',
    sessionId: ended.id,
    revokedAt: at(1),
    revokedReason: 'owner',
  })
  await addTokens(store, { userId, jti: 'of none' })
  await store.endSessions({ userId, ids: [ended.id], at: at(2), reason: 'logout' })

  const mark = { revokedAt: at(2), revokedReason: 'logout' }
  expect(await store.findToken(ended.accessJti)).toMatchObject(mark)
  expect(await store.findToken('by itself')).toMatchObject({ revokedAt: at(1), revokedReason: 'owner' })
  const list = async (revoked: boolean) =>
    new Set((await store.listTokens({ userId, revoked, limit: 10 })).map(({ jti }) => jti))
  expect(await list(true)).toEqual(new Set([ended.accessJti, ended.refreshJti, 'by itself']))
  expect(await list(false)).toEqual(new Set([live.accessJti, live.refreshJti, 'of none']))
  // The row's own mark is for this token alone.
  expect(await store.markRevoked(ended.refreshJti, at(3), 'owner')).toBe(true)
})

test('F2: access tokens are superseded only while they live: not expired ones, nor those of ended sessions', async () => {
  const { store } = await openTestStore()
  const { id: userId } = await addUser(store)
  const [ended, live] = [await addSession(store, { userId }), await addSession(store, { userId })]
  await addTokens(
    store,
    { userId, jti: 'expired', expiresAt: at(5) },
    { userId, jti: 'forever', expiresAt: null },
    { userId, jti: 'old', sessionId: live.id, expiresAt: at(4) },
  )
  await store.endSessions({ userId, ids: [ended.id], at: at(2), reason: 'logout' })
  const superseded = await store.supersedeAccess({ userId, at: at(5) })
  expect(new Set(superseded.map(({ jti }) => jti))).toEqual(new Set([live.accessJti, 'forever']))
  expect(await store.findToken(ended.accessJti)).toMatchObject({ revokedReason: 'logout' })
})
