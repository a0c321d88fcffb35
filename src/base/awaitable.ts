/**
 * A value, or the promise of one. Synchronous when possible: a promise on the request's path costs more than the work.
 */
export type Awaitable<T> = T | Promise<T>

export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return value instanceof Promise
}
