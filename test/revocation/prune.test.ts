import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.js'
import { createPruner } from '../../src/revocation/prune.js'
import type { NewAuditRecord } from '../../src/store/audit-record.js'
import type { Store } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'
import type { NewRevocation } from '../../src/store/revocation-record.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

async function openAt(clock: TestClock): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  const store = await openStore({ databaseUrl: `file:${join(folder, 'prune.db')}`, clock })
  onTestFinished(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  return store
}

const append = (store: Store, count: number, expiresAt: Date | null) => {
  const entry = (index: number): NewRevocation => {
    const key = `${expiresAt?.getTime() ?? 'never'}-${index}`
    return { scope: 'token', key, effect: 'revoked', issuedBefore: null, expiresAt }
  }
  return store.transaction((tx) =>
    tx.appendRevocations(Array.from({ length: count }, (_, index) => entry(index))),
  )
}

/** Its time goes on as the clock does. */
function createTestPruner(store: Store, { now }: TestClock, auditRetentionSeconds: number | null = null) {
  const clock = { elapsed: now }
  return createPruner({ store, clock, logger: silentLogger, leewaySeconds: 30, auditRetentionSeconds })
}

test('P42 lines that are past, for every clock, go in as many batches as it takes; others stay', async () => {
  const clock = createTestClock()
  const store = await openAt(clock)
  await append(store, 1_201, new Date(clock.now()))
  await append(store, 2, new Date(clock.now() + 1_000))
  await append(store, 3, null)
  const pruner = createTestPruner(store, clock)
  clock.advance(90)
  expect(await pruner.run()).toBe(0)
  clock.advance(1)
  expect(await pruner.run()).toBe(1_201)
  expect((await store.readRevocations(0, 10)).entries).toHaveLength(5)
  clock.advance(86_400)
  expect(await pruner.run()).toBe(2)
  expect((await store.readRevocations(0, 10)).entries).toHaveLength(3)
})

test('stopped, it begins no further batch', async () => {
  const clock = createTestClock()
  const store = await openAt(clock)
  await append(store, 1_201, new Date(clock.now()))
  const pruner = createTestPruner(store, clock)
  clock.advance(3_600)
  const running = pruner.run()
  await pruner.stop()
  expect(await running).toBeLessThan(1_201)
})

test('the audit log is kept for its retention, to the second, and for ever without one', async () => {
  const clock = createTestClock()
  const store = await openAt(clock)
  const login: NewAuditRecord = {
    ...{
      at: new Date(clock.now()),
      type: 'login',
      actor: 'user',
      actorId: 'ada',
      userId: 'ada',
      sessionId: null,
    },
    ...{ tokenId: null, ip: null, userAgent: null, reason: null, details: null, count: 1 },
  }
  await store.insertAuditRecords(Array.from({ length: 1_201 }, () => login))
  await store.insertAuditRecords([{ ...login, at: new Date(clock.now() + 1_000) }])
  const prune = (auditRetentionSeconds: number | null) =>
    createTestPruner(store, clock, auditRetentionSeconds).run()

  clock.advance(3_600)
  expect(await prune(3_600)).toBe(0)
  clock.advance(1)
  expect(await prune(null)).toBe(0)
  expect(await prune(3_600)).toBe(1_201)
  expect(await store.listAuditRecords({ limit: 10 })).toHaveLength(1)
})
