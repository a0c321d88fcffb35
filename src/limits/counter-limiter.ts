import { RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible'
// @ts-expect-error: the types say that the package's root exports it, but this file alone does
import StoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'
import type { Clock } from '../base/clock.js'
import type { Counter, Counters } from '../base/counters.js'

const Base: typeof RateLimiterStoreAbstract = StoreAbstract

/** The consumed points, or why none were consumed. */
export class Consumed extends RateLimiterRes {
  readonly expiresAt: Date

  constructor(limit: number, changed: number, { points, expiresAt }: Counter, nowMs: number) {
    const msBeforeNext = Math.max(expiresAt.getTime() - nowMs, 0)
    super(Math.max(limit - points, 0), msBeforeNext, points, points === changed)
    this.expiresAt = expiresAt
  }
}

export interface CounterLimiterOptions {
  readonly counters: Counters
  readonly clock: Pick<Clock, 'now'>
  /** The points of a window. */
  readonly points: number
  /** The length of a window, in seconds. */
  readonly duration: number
  /** The longest block of a key, in seconds. @default duration */
  readonly longest?: number
  readonly keyPrefix: string
}

/**
 * rate-limiter-flexible on our counters and clock. Its own limiters use the machine's time. The one in memory has a
 * timer for each key and no bound, and the one on Prisma takes two statements an attempt.
 */
export class CounterLimiter extends Base {
  readonly #counters: Counters
  readonly #clock: Pick<Clock, 'now'>
  readonly #longestMs: number

  constructor({ counters, clock, longest, ...options }: CounterLimiterOptions) {
    super({ ...options, storeClient: null })
    this.#counters = counters
    this.#clock = clock
    this.#longestMs = (longest ?? options.duration) * 1000
  }

  /** Gives points back, unless their window is over or the key was blocked since. */
  async giveBack(key: string, points: number, { expiresAt }: Consumed): Promise<void> {
    await this.#counters.takeFromCounter(this.getKey(key), { points, expiresAt })
  }

  protected async _upsert(
    key: string,
    points: number,
    durationMs: number,
    replace = false,
  ): Promise<Counter> {
    const now = this.#clock.now()
    const counter = { points, expiresAt: new Date(now + durationMs) }
    if (!replace) {
      const latest = new Date(now + this.#longestMs)
      return this.#counters.addToCounter({ ...counter, key, now: new Date(now), latest })
    }
    await this.#counters.setCounter(key, counter)
    return counter
  }

  protected _getRateLimiterRes(_key: string, changed: number, counter: Counter): Consumed {
    return new Consumed(this.points, changed, counter, this.#clock.now())
  }
}
