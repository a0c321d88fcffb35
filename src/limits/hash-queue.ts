import pLimit from 'p-limit'
import { AuthError } from '../base/errors.js'

/**
 * Runs slow work, a few at a time, with a short queue. What finds the queue full is refused at once with
 * `RATE_LIMITED`: a flood of logins then costs no memory, and no other request its thread.
 */
export interface HashQueue {
  <T>(work: () => Promise<T>): Promise<T>
  /** Throws `RATE_LIMITED` when the queue is full, so that a refusal costs no query. */
  requireRoom(): void
}

export function createHashQueue(limits: { maxConcurrent: number; maxQueued: number }): HashQueue {
  const limit = pLimit(limits.maxConcurrent)
  function requireRoom(): void {
    if (limit.activeCount >= limits.maxConcurrent && limit.pendingCount >= limits.maxQueued) {
      throw new AuthError('RATE_LIMITED', { retryAfterSeconds: 1 })
    }
  }
  async function run<T>(work: () => Promise<T>): Promise<T> {
    requireRoom()
    return limit(work)
  }
  return Object.assign(run, { requireRoom })
}
