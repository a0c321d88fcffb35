/** How long a clock must stay ahead before its time counts. */
const JUMP_MS = 3_600_000

/**
 * Returns the earliest time that it may be, in milliseconds since 1970: a clock may jump ahead, and come back within an
 * hour. What is deleted by this time is not missed afterwards. Call it at least once in that hour.
 */
export type EarliestTime = (nowMs: number) => number

/** `elapsed` never jumps. The first reading of the clock is trusted. */
export function createEarliestTime({ elapsed }: { elapsed(): number }): EarliestTime {
  let readings: { readonly atMs: number; readonly offsetMs: number }[] = []
  return (nowMs) => {
    const atMs = elapsed()
    // The last reading stays, so that a jump in a longer pause is not believed at once.
    readings = readings.filter(
      (reading, index) => atMs - reading.atMs <= JUMP_MS || index === readings.length - 1,
    )
    readings.push({ atMs, offsetMs: nowMs - atMs })
    return atMs + Math.min(...readings.map(({ offsetMs }) => offsetMs))
  }
}
