/** Points under a key. They expire at a time. */
export interface Counter {
  readonly points: number
  readonly expiresAt: Date
}

export interface CounterChange extends Counter {
  readonly key: string
  readonly now: Date
  /**
   * The latest possible expiry. A counter beyond it was written under a clock that was ahead, and counts as expired.
   */
  readonly latest: Date
}

/** Counts attempts: in memory for one instance, in the database for several. Each call is atomic. */
export interface Counters {
  /** Adds points to a counter and returns it. An absent or expired counter starts with the given points and expiry. */
  addToCounter(change: CounterChange): Promise<Counter>
  /** Null when there is none. The counter may have expired. */
  findCounter(key: string): Promise<Counter | null>
  setCounter(key: string, counter: Counter): Promise<void>
  /** Subtracts points, if the counter still has this expiry: the counter that they were added to. */
  takeFromCounter(key: string, counter: Counter): Promise<void>
}
