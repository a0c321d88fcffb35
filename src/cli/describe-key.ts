import type { ScheduledKey } from '../keys/key-schedule.js'

/** A key as `--json` shows it, without its material. */
export function keyFacts({ kid, algorithm, state, activeFrom, retiresAt, file, signing }: ScheduledKey) {
  return {
    kid,
    alg: algorithm,
    state,
    activeFrom: showTime(activeFrom),
    retiresAt: retiresAt === null ? null : showTime(retiresAt),
    canSign: signing !== null,
    file,
  }
}

/** In UTC, to the second. */
export function showTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The time until a date, in words. */
export function showWait(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000)
  if (minutes < 120) return `in ${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `in ${hours} h` : `in ${Math.round(hours / 24)} days`
}
