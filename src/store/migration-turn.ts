import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import type { Migration } from './migrations.js'
import { findTransientCode } from './postgresql-errors.js'

/** How long a start waits. In milliseconds. */
export interface MigrationLimits {
  /** For another process that migrates. @default 10 minutes */
  readonly turnMs?: number
  /**
   * For transactions that are in the way of a migration, in all tries together.
   * @default 1 minute; 10 minutes for one in steps, whose index waits for older transactions
   */
  readonly retryMs?: number
}

interface Waiting {
  readonly logger: Logger
  readonly limits: MigrationLimits | undefined
  /** What is to run. */
  readonly migration: Pick<Migration, 'name' | 'steps'>
}

/** How often a waiting process asks for its turn. */
const POLL_MS = 200
/** A wait this long is logged, and then again at this interval. */
const FIRST_REPORT_MS = 1_000
const REPORT_INTERVAL_MS = 30_000
/** Between tries: grows from the first to the second. */
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 2_000

/**
 * Runs `turn` until it has its turn and no transaction is in its way; `turn` returns null while another process migrates.
 *
 * @throws what `turn` throws, at once or, after a deadlock, a conflict or a lock timeout, when `retryMs` is over
 */
export async function runWhenFree<T>(
  turn: () => Promise<T | null>,
  { logger, limits = {}, migration: { name: migration, steps } }: Waiting,
): Promise<T> {
  const { turnMs = 600_000, retryMs = steps === undefined ? 60_000 : 600_000 } = limits
  let waitingSince: number | null = null
  let triesSince: number | null = null
  let nextReportMs = FIRST_REPORT_MS
  let retryPauseMs = FIRST_RETRY_MS
  for (;;) {
    const now = systemClock.elapsed()
    try {
      const result = await turn()
      if (result !== null) return result
    } catch (error) {
      const code = findTransientCode(error)
      triesSince ??= now
      if (code === null || systemClock.elapsed() - triesSince > retryMs) throw error
      logger.warn(
        { migration, code },
        'another transaction is in the way of a migration, which is tried again',
      )
      await pause(retryPauseMs)
      retryPauseMs = Math.min(retryPauseMs * 2, LONGEST_RETRY_MS)
      continue
    }
    waitingSince ??= now
    const waitedMs = Math.round(systemClock.elapsed() - waitingSince)
    if (waitedMs > turnMs) {
      throw new Error(
        `another process migrates it, or holds its lock, for ${Math.round(turnMs / 1000)} s already`,
      )
    }
    if (waitedMs > nextReportMs) {
      logger.warn({ migration, waitedMs }, 'waiting for another process that migrates the database')
      nextReportMs = waitedMs + REPORT_INTERVAL_MS
    }
    await pause(POLL_MS)
  }
}

/** Of two processes that wait, neither shall always come second. */
function pause(ms: number): Promise<void> {
  return sleep(ms * (0.5 + Math.random()))
}
