import { RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible'
// @ts-expect-error: the types say that the package's root exports it, but this file alone does
import StoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'
import type { Clock } from '../base/clock.js'
import type { Counter, Counters } from '../base/counters.js'

const Base: typeof RateLimiterStoreAbstract = StoreAbstract

/** What was consumed, or why nothing was. */
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
  /** How many points there are in a window. */
  readonly points: number
  /** How long the window is, in seconds. */
  readonly duration: number
  /** How long a key may be blocked at most, in seconds. @default duration */
  readonly longest?: number
  readonly keyPrefix: string
}

/**
 * rate-limiter-flexible on our own counters and clock. Its limiters take the machine's time; of those that come with it the
 * one in memory has a timer for each key and no bound, and the one on Prisma takes two statements for each attempt.
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

  /** Gives back what was consumed, unless its window is over or the key was blocked since. */
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
