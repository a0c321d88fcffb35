import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Claims } from '../../src/base/claims.js'
import { type Logger, silentLogger } from '../../src/base/logger.js'
import { createCommit } from '../../src/revocation/commit.js'
import { createRevocationFeed, type RevocationFeed } from '../../src/revocation/feed.js'
import type { Store } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'
import type { NewRevocation } from '../../src/store/revocation-record.js'
import { openSqlite } from '../../src/store/sqlite-adapter.js'

const TOKEN: Claims = { sub: 'ada', jti: 'jti-1', sid: 'session-1' }
const REVOKED: NewRevocation = {
  scope: 'token',
  key: 'jti-1',
  effect: 'revoked',
  issuedBefore: null,
  expiresAt: null,
}
const patience = { timeout: 20_000, interval: 20 }

/** A clock that is pushed; polls keep their own time. */
function createPushedClock() {
  let elapsed = 0
  return {
    now: () => Date.parse('2026-11-22T12:00:00Z') + elapsed,
    elapsed: () => elapsed,
    push(seconds: number) {
      elapsed += seconds * 1000
    },
  }
}

async function openDatabase() {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  const databaseUrl = `file:${join(folder, 'feed.db')}`
  const opened: Store[] = []
  onTestFinished(async () => {
    for (const store of opened) await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  const open = async () => {
    const store = await openStore({ databaseUrl })
    opened.push(store)
    return store
  }
  return Object.assign(open, { path: databaseUrl.slice('file:'.length) })
}

function createFeed(
  store: Pick<Store, 'readRevocations'>,
  options: { stale?: 'deny' | 'allow'; logger?: Logger } = {},
): { feed: RevocationFeed; clock: ReturnType<typeof createPushedClock> } {
  const clock = createPushedClock()
  const { stale = 'deny', logger = silentLogger } = options
  const feed = createRevocationFeed({ store, clock, logger, stale, leewaySeconds: 0 })
  onTestFinished(() => feed.stop())
  return { feed, clock }
}

const append = (store: Store, ...entries: NewRevocation[]) =>
  store.transaction((tx) => tx.appendRevocations(entries))

test('until the first load nothing is judged', async () => {
  const store = await (await openDatabase())()
  await append(store, REVOKED)
  const { feed } = createFeed(store)
  expect(feed.isReady()).toBe(false)
  expect(feed.check(TOKEN, 'ada')).toBe('unavailable')
  await feed.start()
  expect(feed.isReady()).toBe(true)
  expect(feed.check(TOKEN, 'ada')).toBe('revoked')
  expect(feed.check({ ...TOKEN, jti: 'jti-2' }, 'ada')).toBe('live')
})

test.each(['deny', 'allow'] as const)('a first load that fails is no load, also with %s', async (stale) => {
  const store = await (await openDatabase())()
  await store.close()
  const { feed } = createFeed(store, { stale })
  await expect(feed.start()).rejects.toMatchObject({ name: 'StoreUnavailable' })
  expect(feed.isReady()).toBe(false)
  expect(feed.check(TOKEN, 'ada')).toBe('unavailable')
})

test('the first load reads all of it, however long it is', async () => {
  const store = await (await openDatabase())()
  const entries = Array.from({ length: 2_001 }, (_, index) => ({ ...REVOKED, key: `jti-${index}` }))
  await append(store, ...entries)
  const { feed } = createFeed(store)
  await feed.start()
  expect(feed.size).toBe(2_001)
  expect(feed.check({ sub: 'ada', jti: 'jti-2000' }, 'ada')).toBe('revoked')
})

test('what one instance commits is in force there at once, and on another with its next poll', async () => {
  const store = await (await openDatabase())()
  const [here, there] = [createFeed(store).feed, createFeed(store).feed]
  await here.start()
  await there.start()
  const commit = createCommit({ store, feed: here })
  const answer = await commit(async (_tx, revoke) => {
    revoke(REVOKED)
    return 'done'
  })
  expect(answer).toBe('done')
  expect(here.check(TOKEN, 'ada')).toBe('revoked')
  await vi.waitFor(() => expect(there.check(TOKEN, 'ada')).toBe('revoked'), patience)

  await commit(async (_tx, revoke) => revoke({ ...REVOKED, effect: 'restored' }))
  expect(here.check(TOKEN, 'ada')).toBe('live')
  await vi.waitFor(() => expect(there.check(TOKEN, 'ada')).toBe('live'), patience)
})

test('a commit that fails revokes nothing', async () => {
  const store = await (await openDatabase())()
  const { feed } = createFeed(store)
  await feed.start()
  const commit = createCommit({ store, feed })
  const failing = commit(async (_tx, revoke) => {
    revoke(REVOKED)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(feed.check(TOKEN, 'ada')).toBe('live')
  expect((await store.readRevocations(0, 10)).entries).toEqual([])
})

/** A feed whose database goes away and comes back. */
async function createInterrupted(stale: 'deny' | 'allow') {
  const open = await openDatabase()
  let store = await open()
  await append(store, REVOKED)
  const log: string[] = []
  const logger: Logger = {
    debug: (_fields, message) => void log.push(message),
    info: (_fields, message) => void log.push(message),
    warn: (_fields, message) => void log.push(message),
    error: (_fields, message) => void log.push(message),
  }
  const reader = { readRevocations: (after: number, limit: number) => store.readRevocations(after, limit) }
  const { feed, clock } = createFeed(reader, { stale, logger })
  await feed.start()
  return {
    feed,
    clock,
    log,
    interrupt: () => store.close(),
    async resume() {
      store = await open()
      return store
    },
  }
}

test('deny: a copy older than 30 s judges nothing, until the database is read again', async () => {
  const { feed, clock, log, interrupt, resume } = await createInterrupted('deny')
  await interrupt()
  clock.push(30)
  expect(feed.check(TOKEN, 'ada')).toBe('revoked')
  clock.push(1)
  expect(feed.isReady()).toBe(false)
  expect(feed.check(TOKEN, 'ada')).toBe('unavailable')
  expect(feed.check({ ...TOKEN, jti: 'jti-2' }, 'ada')).toBe('unavailable')
  await vi.waitFor(() => expect(log).toEqual(['revocations could not be read for 30 s']), patience)

  const store = await resume()
  await append(store, { ...REVOKED, key: 'jti-2' })
  await vi.waitFor(() => expect(feed.check({ ...TOKEN, jti: 'jti-2' }, 'ada')).toBe('revoked'), patience)
  expect(feed.isReady()).toBe(true)
  expect(log).toEqual(['revocations could not be read for 30 s', 'revocations are read again'])
})

test('allow: a copy older than 30 s goes on to judge, and the log says so', async () => {
  const { feed, clock, log, interrupt } = await createInterrupted('allow')
  await interrupt()
  clock.push(3_600)
  expect(feed.isReady()).toBe(true)
  expect(feed.check(TOKEN, 'ada')).toBe('revoked')
  expect(feed.check({ ...TOKEN, jti: 'jti-2' }, 'ada')).toBe('live')
  await vi.waitFor(() => expect(log).toEqual(['revocations could not be read for 30 s']), patience)
})

test('lines about tokens that are long past are forgotten', async () => {
  const store = await (await openDatabase())()
  const { feed, clock } = createFeed(store)
  await append(
    store,
    { ...REVOKED, expiresAt: new Date(clock.now() + 60_000) },
    { ...REVOKED, key: 'jti-2', expiresAt: new Date(clock.now() + 3_600_000) },
    { ...REVOKED, key: 'jti-3' },
  )
  await feed.start()
  // Past, but another instance's clock may be behind.
  clock.push(119)
  await append(store, { ...REVOKED, key: 'jti-4' })
  await vi.waitFor(() => expect(feed.size).toBe(4), patience)
  clock.push(61)
  await vi.waitFor(() => expect(feed.size).toBe(3), patience)
  expect(feed.check({ ...TOKEN, jti: 'jti-2' }, 'ada')).toBe('revoked')
})

test('F26: what a database loses stays revoked, what it gives out anew is heard of, and the log says so', async () => {
  const open = await openDatabase()
  const store = await open()
  const session = { ...TOKEN, jti: 'jti-2', sid: 'session-2' }
  const restored: NewRevocation = { ...REVOKED, effect: 'restored' }
  const [first] = await append(store, { ...REVOKED, key: 'old' })
  await append(store, REVOKED, { ...REVOKED, key: 'jti-3' })
  const log: string[] = []
  const { feed } = createFeed(store, {
    logger: { ...silentLogger, error: (_fields, message) => void log.push(message) },
  })
  await feed.start()
  expect(feed.check(TOKEN, 'ada')).toBe('revoked')

  // As a failover to a standby that was behind, or a restored copy.
  const file = await openSqlite(open.path)
  await file.executeScript(
    `DELETE FROM revocations WHERE id > ${first?.id}; UPDATE sqlite_sequence SET seq = ${first?.id} WHERE name = 'revocations'`,
  )
  await file.dispose()
  await vi.waitFor(() => expect(log).toEqual([expect.stringContaining('has lost revocations')]), patience)
  expect(feed.check(TOKEN, 'ada')).toBe('revoked')
  // Its id is one that the feed had seen already.
  await append(store, { ...REVOKED, scope: 'session', key: 'session-2' })
  await vi.waitFor(() => expect(feed.check(session, 'ada')).toBe('revoked'), patience)
  await append(store, restored)
  await vi.waitFor(() => expect(feed.check(TOKEN, 'ada')).toBe('live'), patience)
  expect(feed.check({ ...TOKEN, jti: 'jti-3' }, 'ada')).toBe('revoked')
  expect(log).toHaveLength(1)
})
