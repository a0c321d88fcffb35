import type { ErrorCode } from '../base/errors.js'
import { codeOf, type WatchedBearer } from './watch-bearers.js'

/** The last event of a stream whose bearer's token is over: the field that it was opened for says so. */
export class StreamEnd {
  readonly code: ErrorCode

  constructor(code: ErrorCode) {
    this.code = code
  }
}

const OVER = { done: true, value: undefined } as const

/** What a source gives until its bearer's token is over; then one `last`, and the source is let go. */
export function untilEnded<T>(
  events: AsyncIterable<T>,
  { ended, look, release }: WatchedBearer,
  last: (code: ErrorCode) => T,
): AsyncIterableIterator<T, void> {
  const source = events[Symbol.asyncIterator]()
  /** Those that wait for an event. By hand: `Promise.race` keeps something for each event until the token is over. */
  const waiting = new Set<(result: IteratorResult<T, void>) => void>()
  let isOver = false

  function close(): void {
    isOver = true
    ended.removeEventListener('abort', end)
    release()
  }

  /** One that waits for something of its own is gone when that comes; `context.ended` tells it at once. Never rejects. */
  async function letGo(): Promise<void> {
    try {
      await source.return?.()
    } catch {
      // What fails while it is let go of is nobody's to hear.
    }
  }

  function end(): void {
    letGo()
    const [first, ...others] = waiting
    if (first === undefined) return
    waiting.clear()
    first(conclude())
    for (const settle of others) settle(OVER)
  }

  function conclude(): IteratorResult<T, void> {
    close()
    return { done: false, value: last(codeOf(ended)) }
  }

  async function advance(): Promise<IteratorResult<T, void>> {
    try {
      const result = await source.next()
      if (result.done === true) close()
      // Whoever would be refused by now is not shown it: the look tells them that it is over.
      else look()
      return result.done === true ? OVER : result
    } catch (error) {
      close()
      // It may hold something, and throw again: whoever reads it is told once.
      letGo()
      throw error
    }
  }

  ended.addEventListener('abort', end, { once: true })
  if (ended.aborted) letGo()

  return {
    async next() {
      if (isOver) return OVER
      if (ended.aborted) return conclude()
      return new Promise((resolve, reject) => {
        waiting.add(resolve)
        const settle = (settled: () => void) => {
          if (waiting.delete(resolve)) settled()
        }
        advance().then(
          (result) => settle(() => resolve(result)),
          (error: unknown) => settle(() => reject(error)),
        )
      })
    },
    async return() {
      const wasOpen = !isOver && !ended.aborted
      close()
      for (const settle of waiting) settle(OVER)
      waiting.clear()
      if (wasOpen) await source.return?.()
      return OVER
    },
    async throw(error) {
      await this.return?.()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
