import { parseDuration } from './duration.js'

/** How one kind of option is read: from code, and from the text of a variable. */
export interface OptionKind<T> {
  /** For the reference: the possible values. */
  readonly form: string
  /** Returns the value, or the problem (begins in lower case, ends without a full stop). */
  read(value: unknown): { value: T } | { problem: string }
  /** Returns the value that code would pass for this text. */
  fromText(text: string): unknown
}

/** Seconds. */
export function duration(limits: { orNever: true; min?: number }): OptionKind<number | null>
export function duration(limits?: { min?: number }): OptionKind<number>
export function duration(limits: { orNever?: boolean; min?: number } = {}): OptionKind<number | null> {
  const min = limits.min ?? 0
  const form = `a duration${limits.orNever ? ', or false' : ''}`
  return {
    form,
    read(value) {
      if (limits.orNever && value === false) return { value: null }
      const seconds = parseDuration(value)
      if (seconds === null) {
        return { problem: `needs ${form} (seconds, or such as 90s, 15m, 12h, 30d), got ${show(value)}` }
      }
      return seconds < min ? { problem: `must be at least ${min} s, got ${seconds} s` } : { value: seconds }
    },
    fromText: (text) => (limits.orNever && /^false$/i.test(text) ? false : text),
  }
}

export function integer(min: number, max: number): OptionKind<number> {
  const form = `a whole number from ${min} to ${max}`
  return {
    form,
    read(value) {
      const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      return fits ? { value } : { problem: `needs ${form}, got ${show(value)}` }
    },
    fromText: (text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : text),
  }
}

/** A share: 0 is allowed, 1 is not. */
export const share: OptionKind<number> = {
  form: 'a number from 0 to below 1',
  read(value) {
    const fits = typeof value === 'number' && value >= 0 && value < 1
    return fits ? { value } : { problem: `needs a number from 0 to below 1, got ${show(value)}` }
  },
  fromText: (text) => (/^\d*\.?\d+$/.test(text.trim()) ? Number(text) : text),
}

/** The kind, or `false`, which is read as null: no limit. */
export function orFalse<T>(kind: OptionKind<T>): OptionKind<T | null> {
  const form = `${kind.form}, or false`
  return {
    form,
    read(value) {
      if (value === false) return { value: null }
      const result = kind.read(value)
      return 'problem' in result ? { problem: `needs ${form}, got ${show(value)}` } : result
    },
    fromText: (text) => (/^false$/i.test(text) ? false : kind.fromText(text)),
  }
}

export const boolean: OptionKind<boolean> = {
  form: 'true or false',
  read: (value) =>
    typeof value === 'boolean' ? { value } : { problem: `needs true or false, got ${show(value)}` },
  fromText(text) {
    if (/^(true|1|yes|on)$/i.test(text)) return true
    if (/^(false|0|no|off)$/i.test(text)) return false
    return text
  },
}

/** A text; `pattern` describes it, in words and as an expression. */
export function text(rule?: { form: string; pattern: RegExp }): OptionKind<string> {
  const form = rule?.form ?? 'a text'
  return {
    form,
    read(value) {
      if (typeof value !== 'string') return { problem: `needs ${form}, got ${show(value)}` }
      if (rule && !rule.pattern.test(value)) return { problem: `needs ${form}, got ${show(value)}` }
      return { value }
    },
    fromText: (value) => value,
  }
}

/** One text or several; a variable separates them by commas. */
export const texts: OptionKind<readonly string[]> = {
  form: 'a text or a list of texts',
  read(value) {
    const list = typeof value === 'string' ? [value] : value
    const fits = Array.isArray(list) && list.every((item) => typeof item === 'string' && item !== '')
    return fits ? { value: [...list] } : { problem: `needs a text or a list of texts, got ${show(value)}` }
  },
  fromText: (value) => value.split(',').map((item) => item.trim()),
}

export function oneOf<T extends string>(...choices: readonly T[]): OptionKind<T> {
  const form = `one of ${choices.join(', ')}`
  return {
    form,
    read(value) {
      const found = choices.find((choice) => choice === value)
      return found === undefined ? { problem: `needs ${form}, got ${show(value)}` } : { value: found }
    },
    fromText: (value) => value,
  }
}

/** One or several of this kind; a variable separates them by commas. */
export function listOf<T>(kind: OptionKind<T>, form: string): OptionKind<readonly T[]> {
  return {
    form,
    read(value) {
      const list = texts.read(value)
      if ('problem' in list) return list
      const items: T[] = []
      for (const item of list.value) {
        const result = kind.read(item)
        if ('problem' in result) return result
        items.push(result.value)
      }
      return { value: items }
    },
    fromText: texts.fromText,
  }
}

/** An origin exactly as browsers write it in `Origin` (RFC 6454 §6.1), so that it can be compared as a text. */
export const origin: OptionKind<string> = {
  form: 'an origin, such as https://app.example.com',
  read: (value) =>
    typeof value === 'string' && isOrigin(value)
      ? { value }
      : { problem: `needs origins as browsers write them (https://app.example.com), got ${show(value)}` },
  fromText: (value) => value,
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** Checked by `keys/`, which never prints it. */
export function opaque(form: string): OptionKind<unknown> {
  return { form, read: (value) => ({ value }), fromText: (value) => value }
}

/** A text that is never printed, even when it is invalid. */
export const hidden: OptionKind<string> = {
  form: 'a text',
  read: (value) => (typeof value === 'string' ? { value } : { problem: 'needs a text' }),
  fromText: (value) => value,
}

/** Whether a variable's value is `production`. */
export const productionFlag: OptionKind<boolean> = {
  form: 'true or false (the variable: production, or anything else)',
  read: boolean.read,
  fromText: (value) => value === 'production',
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
}
