import pLimit from 'p-limit'
import { AuthError } from '../base/errors.js'

/**
 * Runs slow work, a few at a time, with a short queue. When the queue is full, it throws `RATE_LIMITED` at once: a
 * flood of logins then costs no memory, and other requests keep their threads.
 */
export interface HashQueue {
  <T>(work: () => Promise<T>): Promise<T>
  /**
   * Runs work that ends in a hash, for example a login with its queries, and holds a place for all of it.
   * @throws {AuthError} `RATE_LIMITED` before the work begins, when every place is taken: a refusal costs no query.
   */
  admit<T>(work: () => Promise<T>): Promise<T>
}

export function createHashQueue(limits: { maxConcurrent: number; maxQueued: number }): HashQueue {
  const limit = pLimit(limits.maxConcurrent)
  const places = limits.maxConcurrent + limits.maxQueued
  let admitted = 0

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (limit.activeCount + limit.pendingCount >= places) throw refused()
    return limit(work)
  }

  async function admit<T>(work: () => Promise<T>): Promise<T> {
    if (admitted >= places || limit.activeCount + limit.pendingCount >= places) throw refused()
    admitted++
    try {
      return await work()
    } finally {
      admitted--
    }
  }

  return Object.assign(run, { admit })
}

function refused(): AuthError {
  return new AuthError('RATE_LIMITED', { retryAfterSeconds: 1 })
}
