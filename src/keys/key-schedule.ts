import type { StoredKey } from './stored-key.js'

/** `upcoming` verifies and will sign. `signing` does both. `verifying` signed before. `retired` does neither. */
export type KeyState = 'upcoming' | 'signing' | 'verifying' | 'retired'

export interface ScheduledKey extends StoredKey {
  /** When it stops verifying, in milliseconds since 1970. Null when no such time is set. */
  readonly retiresAt: number | null
  readonly state: KeyState
}

/** What the keys of a folder do at one time, in the order in which they sign. */
export interface KeySchedule {
  readonly keys: readonly ScheduledKey[]
  /** The newest active key that can sign. Null when there is none. */
  readonly signing: ScheduledKey | null
  /** The schedule holds from `from` until before `until`. */
  readonly from: number
  readonly until: number
}

/** Computes the schedule. Pure, so that every instance comes to the same one. */
export function scheduleKeys(stored: readonly StoredKey[], now: number): KeySchedule {
  const inOrder = [...stored].sort((a, b) => a.activeFrom - b.activeFrom || (a.file < b.file ? -1 : 1))
  const dated = inOrder.map((key, index) => ({
    ...key,
    retiresAt: findRetirement(key, inOrder.slice(index + 1)),
  }))
  const signs = dated.findLast(
    (key) => key.signing !== null && key.activeFrom <= now && !isPast(key.retiresAt, now),
  )
  const keys = dated.map((key) => ({ ...key, state: stateOf(key, key === signs, now) }))
  const changes = dated.flatMap(({ activeFrom, retiresAt }) =>
    retiresAt === null ? [activeFrom] : [activeFrom, retiresAt],
  )
  return {
    keys,
    signing: keys.find(({ state }) => state === 'signing') ?? null,
    from: Math.max(Number.NEGATIVE_INFINITY, ...changes.filter((time) => time <= now)),
    until: Math.min(Number.POSITIVE_INFINITY, ...changes.filter((time) => time > now)),
  }
}

/** The earlier of the key's own `retiredAt` and the `formerRetiredAt` of the next rotation. */
function findRetirement(key: StoredKey, newer: readonly StoredKey[]): number | null {
  const rotation = newer.find(({ formerRetiredAt }) => formerRetiredAt !== null)
  const times = [key.retiredAt, rotation?.formerRetiredAt ?? null].filter((time) => time !== null)
  return times.length === 0 ? null : Math.min(...times)
}

function stateOf(
  key: { activeFrom: number; retiresAt: number | null },
  signs: boolean,
  now: number,
): KeyState {
  if (signs) return 'signing'
  if (isPast(key.retiresAt, now)) return 'retired'
  return key.activeFrom > now ? 'upcoming' : 'verifying'
}

function isPast(time: number | null, now: number): boolean {
  return time !== null && time <= now
}
