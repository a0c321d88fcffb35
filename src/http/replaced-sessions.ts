import type { Clock } from '../base/clock.js'

/** For how long a request or an answer may be under way. */
const REMEMBERED_MS = 60_000
const MAX_REMEMBERED = 10_000

/**
 * The sessions whose cookies a login has replaced, for a minute. A request that was sent with the cookies of such a session
 * may be refused after the login, and must not delete the cookies that took their place.
 */
export interface ReplacedSessions {
  /** An answer gives other cookies to a request that had those of these sessions. */
  replace(sessionIds: readonly string[]): void
  /** An answer deletes the cookies of these sessions. The next login may replace them, and has none to name them by. */
  remove(sessionIds: readonly string[]): void
  /** An answer gives the cookies of a login. */
  logIn(): void
  /** Whether all of them were replaced, and there is one. */
  hasAll(sessionIds: readonly string[]): boolean
}

export function createReplacedSessions(clock: Pick<Clock, 'elapsed'>): ReplacedSessions {
  const replaced = createMemory(clock)
  let removed = createMemory(clock)
  return {
    replace: replaced.add,
    remove: (ids) => removed.add(ids),
    logIn() {
      replaced.add(removed.list())
      removed = createMemory(clock)
    },
    hasAll: (ids) => ids.length > 0 && ids.every(replaced.has),
  }
}

function createMemory(clock: Pick<Clock, 'elapsed'>) {
  const until = new Map<string, number>()
  const has = (id: string) => (until.get(id) ?? 0) > clock.elapsed()
  return {
    has,
    list: () => [...until.keys()].filter(has),
    add(ids: readonly string[]) {
      for (const id of ids) {
        until.delete(id)
        until.set(id, clock.elapsed() + REMEMBERED_MS)
      }
      // The oldest stand first.
      for (const id of until.keys()) {
        if (until.size <= MAX_REMEMBERED && has(id)) break
        until.delete(id)
      }
    },
  }
}
