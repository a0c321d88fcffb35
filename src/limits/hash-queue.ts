import pLimit from 'p-limit'
import { AuthError } from '../base/errors.js'

/**
 * Runs slow work, a few at a time, with a short queue. What finds the queue full is refused at once with
 * `RATE_LIMITED`: a flood of logins then costs no memory, and no other request its thread.
 */
export type HashQueue = <T>(work: () => Promise<T>) => Promise<T>

export function createHashQueue(limits: { maxConcurrent: number; maxQueued: number }): HashQueue {
  const limit = pLimit(limits.maxConcurrent)
  return (work) => {
    if (limit.activeCount >= limits.maxConcurrent && limit.pendingCount >= limits.maxQueued) {
      return Promise.reject(new AuthError('RATE_LIMITED', { retryAfterSeconds: 1 }))
    }
    return limit(work)
  }
}
