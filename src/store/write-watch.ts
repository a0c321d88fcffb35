import type { Logger } from '../base/logger.js'
import type { Store } from './contract.js'
import { isNotWritable } from './store-errors.js'

const EVERY_MS = 3_000
/** More pages than any transaction of ours writes: of a disk that is full a single row may find room. */
const ROWS_AFTER_FAILURE = 1_000

/** Knows whether the database takes writes: not when its disk is full, it only reads, or its file is gone. */
export interface WriteWatch {
  /** The same store, whose failed transactions count. */
  readonly store: Store
  /** Writes a row of this instance, and again every 3 s until `stop`. Never rejects. */
  start(): Promise<void>
  /** Whether the last of these writes was done, and no transaction has failed since for want of room or rights. */
  isWritable(): boolean
  stop(): void
}

export function createWriteWatch({ store, logger }: { store: Store; logger: Logger }): WriteWatch {
  let isWritable = true
  let failures = 0
  let isChecking = false
  let timer: NodeJS.Timeout | undefined

  function fail(err: unknown): void {
    // When it fails because the server stops, nothing is wrong.
    if (isWritable && timer !== undefined)
      logger.error({ err }, 'the database cannot be written: /ready is 503')
    isWritable = false
    failures++
  }

  async function check(): Promise<void> {
    // A database that hangs gets no second write.
    if (isChecking) return
    isChecking = true
    const before = failures
    try {
      await checkTwice(isWritable ? 1 : ROWS_AFTER_FAILURE)
      // Of two that overlap the failure holds.
      if (failures !== before) return
      if (!isWritable) logger.info({}, 'the database can be written again')
      isWritable = true
    } catch (error) {
      fail(error)
    } finally {
      isChecking = false
    }
  }

  /** A connection that died while it was idle fails once. */
  async function checkTwice(rows: number): Promise<void> {
    try {
      await store.checkWritable(rows)
    } catch {
      await store.checkWritable(rows)
    }
  }

  const transaction: Store['transaction'] = async (work) => {
    try {
      return await store.transaction(work)
    } catch (error) {
      if (isNotWritable(error)) fail(error)
      throw error
    }
  }

  return {
    store: { ...store, transaction },
    async start() {
      timer = setInterval(check, EVERY_MS)
      timer.unref()
      await check()
    },
    isWritable: () => isWritable,
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
