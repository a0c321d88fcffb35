import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLogger } from '../../src/base/logger.js'
import { createRevocationFeed } from '../../src/revocation/feed.js'
import type { Store } from '../../src/store/contract.js'
import type { RevocationEntry } from '../../src/store/revocation-record.js'

const REVOKED: RevocationEntry = {
  id: 1,
  scope: 'token',
  key: 'jti-1',
  effect: 'revoked',
  issuedBefore: null,
  expiresAt: null,
}

test('F26: what a database lost stays revoked when the poll that reads everything again fails', async () => {
  const user: RevocationEntry = {
    ...REVOKED,
    id: 3,
    scope: 'user',
    key: 'eve',
    issuedBefore: new Date(10_000),
  }
  const kept: RevocationEntry[] = [REVOKED, { ...REVOKED, id: 2, effect: 'restored' }, user]
  const lost: RevocationEntry[] = [
    { ...REVOKED, id: 4 },
    { ...user, id: 5, issuedBefore: new Date(100_000) },
  ]
  let lines = [...kept, ...lost]
  let failures = 0
  let reads = 0
  const store: Pick<Store, 'readRevocations'> = {
    async readRevocations(afterId, limit) {
      if (afterId === 0 && failures > 0) {
        failures -= 1
        throw new Error('the database is not there')
      }
      reads += 1
      return { entries: lines.filter(({ id }) => id > afterId).slice(0, limit), lastIssuedId: lines.length }
    },
  }
  const log: string[] = []
  const feed = createRevocationFeed({
    store,
    clock: { now: () => 120_000, elapsed: () => 0 },
    logger: { ...silentLogger, error: (_fields, message) => void log.push(message) },
    stale: 'deny',
    leewaySeconds: 0,
  })
  onTestFinished(() => feed.stop())
  await feed.start()
  const check = () => [
    feed.check({ sub: 'ada', jti: 'jti-1', sid: 'session-1' }, 'ada'),
    feed.check({ sub: 'eve', jti: 'jti-2', sid: 'session-2', iat: 50 }, 'eve'),
  ]
  expect(check()).toEqual(['revoked', 'revoked'])

  failures = 1
  lines = kept
  reads = 0
  await vi.waitFor(() => expect(reads).toBeGreaterThan(4), { timeout: 20_000, interval: 20 })
  expect(failures).toBe(0)
  expect(check()).toEqual(['revoked', 'revoked'])
  expect(log.filter((message) => message.includes('has lost revocations'))).toHaveLength(1)
})
