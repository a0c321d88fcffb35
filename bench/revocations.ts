/**
 * What the feed of revocations costs a request when it is long, and how long an instance is behind another.
 *
 *   npx tsx bench/revocations.ts
 */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createSallyport, type Sallyport } from '../src/index.js'
import { createLiveEntries } from '../src/revocation/live-entries.js'
import type { NewRevocation } from '../src/store/revocation-record.js'
import { openDatabase } from './open-database.js'

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    revocations: { type: 'string', default: '100' },
    provider: { type: 'string', multiple: true, default: ['sqlite', 'postgresql'] },
  },
})
const ENTRIES = Number(values.entries)

for (const entries of [0, ENTRIES]) measureJudging(entries)
for (const provider of values.provider) await measureLag(provider)
process.exit(0)

function entry(key: string): NewRevocation {
  const expiresAt = new Date(Date.now() + 86_400_000)
  return { scope: 'token', key, effect: 'revoked', issuedBefore: null, expiresAt }
}

/** Nanoseconds to judge claims that nothing is said of: the usual case, which asks everything. */
function measureJudging(count: number): void {
  const before = process.memoryUsage().heapUsed
  const live = createLiveEntries()
  for (let id = 1; id <= count; id++) live.apply({ ...entry(randomUUID()), id })
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6
  const bearers = Array.from({ length: 1_000 }, () => ({
    ...{ sub: randomUUID(), jti: randomUUID(), sid: randomUUID(), iat: 1_800_000_000 },
  }))
  const judgeAll = () => {
    for (const claims of bearers) live.judge(claims, claims.sub)
  }
  for (let round = 0; round < 200; round++) judgeAll()
  const began = performance.now()
  for (let round = 0; round < 500; round++) judgeAll()
  const nanoseconds = ((performance.now() - began) * 1e6) / (500 * bearers.length)
  console.log(`${count} live entries: ${nanoseconds.toFixed(0)} ns a request, ${megabytes.toFixed(0)} MB`)
}

/** From the answer of `revoke` on one instance to the refusal on another, with a long feed on both. */
async function measureLag(provider: string): Promise<void> {
  const { options, store, close } = await openDatabase(provider)
  const lines = Array.from({ length: ENTRIES }, () => entry(randomUUID()))
  for (let from = 0; from < lines.length; from += 10_000) {
    await store.transaction((tx) => tx.appendRevocations(lines.slice(from, from + 10_000)))
  }
  const here = await createSallyport(options)
  const began = performance.now()
  const used = process.cpuUsage()
  const there = await createSallyport(options)
  const { user, system } = process.cpuUsage(used)
  const startedMs = performance.now() - began

  const lags: number[] = []
  for (let index = 0; index < Number(values.revocations); index++) {
    // At any moment between two polls.
    await sleep(Math.random() * 500)
    lags.push(await lagOf(here, there))
  }
  lags.sort((a, b) => a - b)
  const at = (share: number) => (lags[Math.floor(share * lags.length)] ?? Number.NaN).toFixed(0)
  console.log(
    `${provider}, ${ENTRIES} entries: an instance starts in ${startedMs.toFixed(0)} ms, ` +
      `${((user + system) / 1000).toFixed(0)} ms of them on the processor; from revoke to refusal on another p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  )
  await Promise.all([here.close(), there.close()])
  await close()
}

async function lagOf(here: Sallyport, there: Sallyport): Promise<number> {
  const userId = randomUUID()
  const token = await here.tokens.issueAccess({ subject: userId })
  await here.sessions.revokeAll(userId)
  const began = performance.now()
  while ((await there.tokens.verify(token)).kind !== 'revoked') await sleep(1)
  return performance.now() - began
}
