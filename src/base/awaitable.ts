/** A value, or the promise of one: synchronous where it can be, for a promise on the hot path costs more than the work. */
export type Awaitable<T> = T | Promise<T>

export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return value instanceof Promise
}
