/** Points under a key, forgotten at a time. */
export interface Counter {
  readonly points: number
  readonly expiresAt: Date
}

export interface CounterChange extends Counter {
  readonly key: string
  readonly now: Date
  /** A counter that would be there after this was made by a clock that was ahead: it is over, too. */
  readonly latest: Date
}

/** Where attempts are counted: in memory for one instance, in the database for several. Each call is atomic. */
export interface Counters {
  /** Adds points to a counter and answers it; where there is none, or one that is over, it begins as given. */
  addToCounter(change: CounterChange): Promise<Counter>
  /** Null: there is none. It may be over. */
  findCounter(key: string): Promise<Counter | null>
  setCounter(key: string, counter: Counter): Promise<void>
  /** Takes points back, if it is still the counter that they were added to: the one with this end. */
  takeFromCounter(key: string, counter: Counter): Promise<void>
}
