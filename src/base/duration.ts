const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A hundred years, in seconds. Anything longer is a mistake, and exceeds what a Date can express. */
const MAX_SECONDS = 100 * 365 * 86_400

/**
 * Parses a duration to seconds: a number of seconds, or `90s`, `15m`, `12h`, `30d`, `2w`, `3600`. Null when it is
 * invalid.
 */
export function parseDuration(value: unknown): number | null {
  const seconds = typeof value === 'string' ? parseText(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null
  return seconds >= 0 && seconds <= MAX_SECONDS ? seconds : null
}

function parseText(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([smhdw]?)$/.exec(text.trim())
  if (match === null) return null
  return Number(match[1]) * (SECONDS[match[2] || 's'] ?? Number.NaN)
}
