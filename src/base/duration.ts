const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A hundred years: whatever is longer is a slip, and would leave what a Date can hold. */
const MAX_SECONDS = 100 * 365 * 86_400

/**
 * Seconds of a span: a number of seconds, or `90s`, `15m`, `12h`, `30d`, `2w`, `3600`. Null when it is none.
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
