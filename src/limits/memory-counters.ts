import { LRUCache } from 'lru-cache'
import type { Counter, Counters } from '../base/counters.js'

/** Some 20 MB. An attacker can invent names, so the least recently used are dropped first. */
const MAX_COUNTERS = 100_000

/** Counters of this instance alone. */
export function createMemoryCounters(max = MAX_COUNTERS): Counters {
  const counters = new LRUCache<string, Counter>({ maxSize: max, sizeCalculation: () => 1 })
  return {
    async addToCounter({ key, points, expiresAt, now, latest }) {
      const known = counters.get(key)
      const isOver = known === undefined || known.expiresAt <= now || known.expiresAt > latest
      const counter = isOver ? { points, expiresAt } : { ...known, points: known.points + points }
      counters.set(key, counter)
      return counter
    },
    findCounter: async (key) => counters.get(key) ?? null,
    async setCounter(key, counter) {
      counters.set(key, counter)
    },
    async takeFromCounter(key, { points, expiresAt }) {
      const known = counters.get(key)
      if (known?.expiresAt.getTime() !== expiresAt.getTime()) return
      counters.set(key, { expiresAt, points: known.points - points })
    },
  }
}
