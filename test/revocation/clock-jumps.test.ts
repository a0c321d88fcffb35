import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.js'
import { createEarliestTime } from '../../src/revocation/earliest-time.js'
import { createRevocationFeed } from '../../src/revocation/feed.js'
import type { Store } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

test('F7: the earliest time goes on with the clock, comes back with it, and follows it ahead after an hour', () => {
  let elapsedMs = 5_000
  const earliest = createEarliestTime({ elapsed: () => elapsedMs })
  const wait = (ms: number) => {
    elapsedMs += ms
    return elapsedMs
  }
  expect(earliest(wait(0))).toBe(5_000)
  expect(earliest(wait(MINUTE_MS))).toBe(65_000)
  for (let minute = 0; minute < 60; minute++) {
    expect(earliest(DAY_MS + wait(MINUTE_MS))).toBe(elapsedMs)
  }
  expect(earliest(DAY_MS + wait(MINUTE_MS))).toBe(DAY_MS + elapsedMs)
  expect(earliest(wait(MINUTE_MS))).toBe(elapsedMs)
  // A pause that is longer than an hour.
  expect(earliest(DAY_MS + wait(10 * DAY_MS))).toBe(elapsedMs)
})

test('F7: a clock that jumps ahead and comes back forgets nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  const store = await openStore({ databaseUrl: `file:${join(folder, 'feed.db')}` })
  onTestFinished(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  let now = Date.parse('2026-11-22T12:00:00Z')
  let elapsed = 0
  const clock = { now: () => now, elapsed: () => elapsed }
  const expiresAt = new Date(now + 900_000)
  await store.transaction((tx) =>
    tx.appendRevocations([
      { scope: 'token', key: 'jti-1', effect: 'revoked', issuedBefore: null, expiresAt },
    ]),
  )
  let polls = 0
  const readRevocations: Store['readRevocations'] = async (...range) => {
    polls++
    return store.readRevocations(...range)
  }
  const feed = createRevocationFeed({
    ...{ store: { readRevocations }, clock, logger: silentLogger, stale: 'deny', leewaySeconds: 0 },
  })
  onTestFinished(() => feed.stop())
  await feed.start()
  for (const jumpMs of [86_400_000, 0, -86_400_000]) {
    now += jumpMs
    elapsed += 61_000
    const seen = polls
    await expect.poll(() => polls, { timeout: 20_000, interval: 20 }).toBeGreaterThan(seen + 1)
  }
  expect(feed.check({ sub: 'ada', jti: 'jti-1' }, 'ada')).toBe('revoked')
})
