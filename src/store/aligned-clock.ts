import type { Clock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import type { Store } from './contract.js'

const EVERY_MS = 5_000
const NOTICED_MS = 50
const REPORTED_MS = 1_000

/**
 * This machine's clock, set by the database's, which issues every token and judges every window: whichever instance is
 * asked, and however wrong its own clock is, a token that was issued now is valid now and expires on its second.
 */
export interface AlignedClock {
  readonly clock: Clock
  /** Sets it, and again every few seconds until `stop`. Throws what the store throws. */
  start(): Promise<void>
  stop(): Promise<void>
}

export function createAlignedClock(parts: {
  clock: Clock
  store: Pick<Store, 'now'>
  logger: Logger
}): AlignedClock {
  const { clock, store, logger } = parts
  let offsetMs = 0
  const reportStep = createStepReport(() => clock.elapsed(), logger)
  let timer: NodeJS.Timeout | undefined
  let aligning: Promise<void> = Promise.resolve()

  async function align(): Promise<void> {
    const asked = clock.elapsed()
    const theirs = await store.now()
    const tookMs = clock.elapsed() - asked
    reportStep(theirs.getTime(), tookMs)
    const measured = theirs.getTime() - (clock.now() - tookMs / 2)
    // When in between the database looked at its clock, nobody knows: what that explains is no difference.
    if (Math.abs(measured - offsetMs) <= tookMs / 2 + NOTICED_MS) return
    if (Math.abs(measured - offsetMs) > REPORTED_MS) {
      logger.warn(
        { offsetMs: Math.round(measured) },
        "this machine's clock is not the database's, which holds",
      )
    }
    offsetMs = measured
  }

  return {
    clock: { now: () => clock.now() + offsetMs, elapsed: () => clock.elapsed() },
    async start() {
      await align()
      timer = setInterval(() => {
        // While the database does not answer, the difference last seen holds; that it does not, the feed reports.
        aligning = align().catch(() => {})
      }, EVERY_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await aligning
    },
  }
}

/** A clock that was given, and then is the database's too. */
export function fixedClock(clock: Clock, logger: Logger): AlignedClock {
  // A host's own clock may stand still: only what it said before is known of it.
  const reportStep = createStepReport(() => 0, logger)
  let timer: NodeJS.Timeout | undefined
  return {
    clock,
    async start() {
      reportStep(clock.now(), 0)
      timer = setInterval(() => reportStep(clock.now(), 0), EVERY_MS)
      timer.unref()
    },
    stop: async () => clearInterval(timer),
  }
}

/** Logs once for each step back of a clock. `elapsed`: time that only goes forward, in milliseconds. */
function createStepReport(elapsed: () => number, logger: Logger): (seenMs: number, tookMs: number) => void {
  let last: { seenMs: number; elapsedMs: number } | null = null
  return (seenMs, tookMs) => {
    const elapsedMs = elapsed()
    if (last !== null) {
      const backMs = last.seenMs + (elapsedMs - last.elapsedMs) - seenMs
      if (backMs - tookMs > REPORTED_MS) {
        logger.warn({ backMs: Math.round(backMs) }, "the database's clock went back")
      }
    }
    last = { seenMs, elapsedMs }
  }
}
