import { AuthError } from '../base/errors.js'
import { createHashQueue } from './hash-queue.js'
import { createKeyedQueue } from './keyed-queue.js'

/** Transactions of one account that may have a connection. They lock the account's row, so that more would only wait. */
const AT_ONCE = 4
const MAX_WAITING = 1_000
/** As long as the database lets a transaction wait for a lock. */
const PATIENCE_MS = 5_000

/**
 * Runs work on one account: a few at once, in the order in which they came. What waits takes no connection of the pool, so
 * that a row that somebody holds stops its own account alone.
 * @throws {AuthError} `RATE_LIMITED` for what waits for 5 s, or behind a thousand others.
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
