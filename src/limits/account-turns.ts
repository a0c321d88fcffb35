import { AuthError } from '../base/errors.js'
import { createHashQueue } from './hash-queue.js'
import { createKeyedQueue } from './keyed-queue.js'

/** Transactions of one account that may use a connection. They lock the account's row, so more would only wait. */
const AT_ONCE = 4
const MAX_WAITING = 1_000
/** As long as the database lets a transaction wait for a lock, in milliseconds. */
const PATIENCE_MS = 5_000

/**
 * Runs work on one account: a few at once, in order of arrival. Waiting work takes no connection of the pool, so that a
 * locked row stops its own account alone.
 * @throws {AuthError} `RATE_LIMITED` for work that waits for 5 s, or behind a thousand others.
 */
export type TakeTurn = <T>(userId: string, work: () => Promise<T>) => Promise<T>

export function createAccountTurns(): TakeTurn {
  const queued = createKeyedQueue(() => createHashQueue({ maxConcurrent: AT_ONCE, maxQueued: MAX_WAITING }))
  return <T>(userId: string, work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const tooLate = () => reject(new AuthError('RATE_LIMITED', { retryAfterSeconds: 1 }))
      let timer: NodeJS.Timeout | null = setTimeout(() => {
        timer = null
        tooLate()
      }, PATIENCE_MS)
      const start = async () => {
        if (timer === null) return
        clearTimeout(timer)
        await work().then(resolve, reject)
      }
      queued(userId, start).catch((error: unknown) => {
        clearTimeout(timer ?? undefined)
        reject(error)
      })
    })
}
