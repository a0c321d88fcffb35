/**
 * Where every room asks for the time. Inject another one in tests; nothing below `main.ts` calls `Date.now()`.
 */
export interface Clock {
  /** Wall time in milliseconds since 1970. */
  now(): number
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
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
