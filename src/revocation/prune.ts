import type { Clock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import type { Store } from '../store/contract.js'
import { createEarliestTime } from './earliest-time.js'
import { KEEP_SECONDS } from './keep.js'

const EVERY_MS = 60_000
const BATCH = 500

/**
 * Deletes expired tokens, ended sessions, expired feed entries, and audit rows past their retention: in small batches,
 * once a minute. A clock that jumps ahead deletes nothing for an hour: what is still needed is there when it comes back.
 */
export interface Pruner {
  start(): void
  /** Runs one round now. Resolves to the number of deleted rows. */
  run(): Promise<number>
  stop(): Promise<void>
}

export function createPruner(parts: {
  store: Pick<Store, 'prune' | 'pruneAudit' | 'now'>
  clock: Pick<Clock, 'elapsed'>
  logger: Logger
  leewaySeconds: number
  /** How long the audit log is kept, in seconds. Null means forever. */
  auditRetentionSeconds: number | null
}): Pruner {
  const { store, logger } = parts
  const marginMs = (parts.leewaySeconds + KEEP_SECONDS) * 1000
  const earliest = createEarliestTime(parts.clock)
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let stopped = false

  const readTime = async () => earliest((await store.now()).getTime())

  async function run(): Promise<number> {
    const now = await readTime()
    return (await pruneExpired(new Date(now - marginMs))) + (await pruneAudit(now))
  }

  async function pruneAudit(now: number): Promise<number> {
    if (parts.auditRetentionSeconds === null) return 0
    const before = new Date(now - parts.auditRetentionSeconds * 1000)
    let total = 0
    while (!stopped) {
      const gone = await store.pruneAudit(before, BATCH)
      total += gone
      if (gone < BATCH) break
    }
    return total
  }

  async function pruneExpired(before: Date): Promise<number> {
    let total = 0
    while (!stopped) {
      const gone = await store.prune(before, BATCH)
      const counts = Object.values(gone)
      total += counts.reduce((sum, count) => sum + count, 0)
      if (Math.max(...counts) < BATCH) break
    }
    return total
  }

  /** Rounds never overlap, however long one takes. */
  function inTurn(work: () => Promise<unknown>): void {
    running = running.then(work).catch((error: unknown) => logger.warn({ err: error }, 'pruning failed'))
  }

  return {
    start() {
      inTurn(readTime)
      timer = setInterval(() => {
        inTurn(run)
      }, EVERY_MS)
      timer.unref()
    },
    run,
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}
