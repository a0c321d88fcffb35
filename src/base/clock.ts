/** The time. Tests inject their own; only `main.ts` and `systemClock` read the real one. */
export interface Clock {
  /** Wall time in milliseconds since 1970. */
  now(): number
  /** Milliseconds of a clock that never jumps. Only differences are meaningful. */
  elapsed(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
}

/** A NumericDate (RFC 7519 §2): whole seconds since 1970. */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
