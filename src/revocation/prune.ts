import type { Logger } from '../base/logger.js'
import type { Store } from '../store/contract.js'
import { KEEP_SECONDS } from './keep.js'

const EVERY_MS = 60_000
const BATCH = 500

/** Deletes expired tokens, sessions that are over and feed lines about them, in small batches, once a minute. */
export interface Pruner {
  start(): void
  /** One round now; answers how many rows went. */
  run(): Promise<number>
  stop(): Promise<void>
}

export function createPruner(parts: {
  store: Pick<Store, 'prune' | 'now'>
  logger: Logger
  leewaySeconds: number
}): Pruner {
  const { store, logger } = parts
  const marginMs = (parts.leewaySeconds + KEEP_SECONDS) * 1000
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function run(): Promise<number> {
    const before = new Date((await store.now()).getTime() - marginMs)
    let total = 0
    while (!stopped) {
      const gone = await store.prune(before, BATCH)
      total += gone.revocations + gone.tokens + gone.sessions
      if (Math.max(gone.revocations, gone.tokens, gone.sessions) < BATCH) break
    }
    return total
  }

  return {
    start() {
      timer = setInterval(() => {
        // One round after the other, however long one takes.
        running = running.then(run).catch((error: unknown) => logger.warn({ err: error }, 'pruning failed'))
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
