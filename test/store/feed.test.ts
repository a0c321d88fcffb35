import { setImmediate } from 'node:timers/promises'
import { expect, inject, test, vi } from 'vitest'
import type { Store } from '../../src/store/contract.js'
import type { NewRevocation } from '../../src/store/revocation-record.js'
import { openPool } from '../support/postgresql-pool.js'
import { openTestStore, reopen } from './open-test-store.js'
import { at } from './records.js'

function line(key: string, fields: Partial<NewRevocation> = {}): NewRevocation {
  return { scope: 'token', key, effect: 'revoked', issuedBefore: null, expiresAt: at(900), ...fields }
}

function append(store: Store, ...entries: NewRevocation[]) {
  return store.transaction((tx) => tx.appendRevocations(entries))
}

test('appended lines are answered with their ids, and read as they were, in their order', async () => {
  const { store } = await openTestStore()
  const entries = [
    line('jti-1'),
    line('jti-1', { effect: 'restored' }),
    line('user', { scope: 'user', issuedBefore: at(0.5), expiresAt: null }),
    line('session', { scope: 'session', effect: 'superseded' }),
  ]
  const appended = await append(store, ...entries)
  expect(appended.map(({ id, ...entry }) => entry)).toEqual(entries)
  const ids = appended.map(({ id }) => id)
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  expect(new Set(ids).size).toBe(4)
  expect((await store.readRevocations(0, 10)).entries).toEqual(appended)
})

test('the feed is read from after an id, as many lines as asked', async () => {
  const { store } = await openTestStore()
  const appended = await append(store, ...Array.from({ length: 10 }, (_, index) => line(`jti-${index}`)))
  const { entries: first } = await store.readRevocations(0, 4)
  expect(first).toEqual(appended.slice(0, 4))
  expect((await store.readRevocations(first.at(-1)?.id ?? 0, 100)).entries).toEqual(appended.slice(4))
  expect((await store.readRevocations(appended.at(-1)?.id ?? 0, 100)).entries).toEqual([])
})

test('a long append keeps its order', async () => {
  const { store } = await openTestStore()
  const entries = Array.from({ length: 1201 }, (_, index) => line(`jti-${index}`))
  const appended = await append(store, ...entries)
  expect(appended.map(({ key }) => key)).toEqual(entries.map(({ key }) => key))
  expect((await store.readRevocations(0, 2000)).entries).toEqual(appended)
  expect(await append(store)).toEqual([])
})

test('what a failed transaction appended is not in the feed', async () => {
  const { store } = await openTestStore()
  const failing = store.transaction(async (tx) => {
    await tx.appendRevocations([line('lost')])
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  const kept = await append(store, line('kept'))
  expect((await store.readRevocations(0, 10)).entries).toEqual(kept)
})

test('an id is never used again, though the last line was pruned', async () => {
  const { store } = await openTestStore()
  const [before] = await append(store, line('old', { expiresAt: at(1) }))
  expect(await store.prune(at(2), 10)).toMatchObject({ revocations: 1 })
  const [after] = await append(store, line('new'))
  expect(after?.id).toBeGreaterThan(before?.id ?? Number.POSITIVE_INFINITY)
})

/** Settles once a transaction waits for the feed's lock; on SQLite it cannot have begun. */
async function untilOneWaits(databaseUrl: string): Promise<void> {
  if (inject('provider') === 'sqlite') return
  const pool = await openPool(databaseUrl, 1)
  const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  try {
    await vi.waitUntil(async () => (await pool.query(waiting)).rowCount === 1, { timeout: 10_000 })
  } finally {
    await pool.end()
  }
}

test('of two open transactions that append, the second waits: no reader sees its line first', async () => {
  const { store, databaseUrl } = await openTestStore()
  const another = await reopen(databaseUrl)
  const order: string[] = []

  let second: Promise<unknown> = Promise.resolve()
  await store.transaction(async (tx) => {
    await tx.appendRevocations([line('first')])
    second = append(another, line('second')).then(() => order.push('second'))
    await untilOneWaits(databaseUrl)
    expect((await another.readRevocations(0, 10)).entries).toEqual([])
    order.push('first')
  })
  await second
  expect(order).toEqual(['first', 'second'])
  expect((await store.readRevocations(0, 10)).entries.map(({ key }) => key)).toEqual(['first', 'second'])
})

test('a reader that follows the feed while many append misses no line', async () => {
  const { store, databaseUrl } = await openTestStore()
  const another = await reopen(databaseUrl)
  let writing = true
  const writers = Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      append(index % 2 === 0 ? store : another, line(`a-${index}`), line(`b-${index}`)),
    ),
  ).finally(() => {
    writing = false
  })

  const seen: number[] = []
  for (let last = false; ; last = !writing) {
    const { entries: lines } = await another.readRevocations(seen.at(-1) ?? 0, 1000)
    seen.push(...lines.map(({ id }) => id))
    if (last && lines.length === 0) break
    // On SQLite a read never leaves this turn of the event loop, and the writers wait for the next.
    await setImmediate()
  }
  const written = (await writers).flat().map(({ id }) => id)
  expect(seen).toEqual(written.sort((a, b) => a - b))
})
