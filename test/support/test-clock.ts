import type { Clock } from '../../src/base/clock.js'

/** A clock that stands still until it is told to go on. `elapsed` runs: polls are real. */
export interface TestClock extends Clock {
  advance(seconds: number): void
  /** Seconds since 1970, as claims have it. */
  seconds(): number
}

export function createTestClock(start = new Date('2026-11-22T12:00:00Z')): TestClock {
  let now = start.getTime()
  return {
    now: () => now,
    elapsed: () => performance.now(),
    advance(seconds) {
      now += seconds * 1000
    },
    seconds: () => Math.floor(now / 1000),
  }
}
