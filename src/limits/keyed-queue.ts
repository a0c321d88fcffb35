import type { HashQueue } from './hash-queue.js'

/** A queue for each key, as long as it has work. Work without a key runs at once. */
export function createKeyedQueue(createQueue: () => HashQueue) {
  const queues = new Map<string, { queue: HashQueue; users: number }>()
  return async <T>(key: string | null, work: () => Promise<T>): Promise<T> => {
    if (key === null) return work()
    const entry = queues.get(key) ?? { queue: createQueue(), users: 0 }
    queues.set(key, entry)
    entry.users++
    try {
      return await entry.queue(work)
    } finally {
      entry.users--
      if (entry.users === 0) queues.delete(key)
    }
  }
}
