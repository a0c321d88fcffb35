import { refuseUnknownOptions } from '../base/check-options.js'
import { OptionError } from '../base/errors.js'
import { LIMIT_DEFAULTS } from '../base/limit-defaults.js'
import type { DocumentLimits } from '../base/options.js'

/** The limits of a document. Each is a whole number; `Infinity` turns it off. */
export interface LimitOptions {
  /**
   * The maximum number of tokens (names, values, punctuators) of the text, without spaces and comments. @default 5000
   */
  maxTokens?: number
  /** The maximum depth of fields. The introspection query of tools has 15 levels. @default 20 */
  maxDepth?: number
  /** The maximum number of aliases in an operation, with its fragments expanded. @default 30 */
  maxAliases?: number
  /** The maximum number of root fields in an operation, with its fragments expanded. @default 30 */
  maxRootFields?: number
  /**
   * The maximum cost of a document: 1 for each field, fragment and directive, and 1 for each pair of fields with one
   * name in one place, which validation compares; 300 for each alias that requests the schema, or a list of it, once
   * more. @default 2000
   */
  maxCost?: number
}

/** `LimitOptions`, resolved. */
export interface Limits extends DocumentLimits {
  readonly maxTokens: number
}

const LEAST: Readonly<Record<keyof Limits, number>> = {
  maxTokens: 1,
  maxDepth: 1,
  maxAliases: 0,
  maxRootFields: 1,
  maxCost: 1,
}

/** @throws {OptionError} for a limit that is unknown or out of range. */
export function resolveLimits(options: LimitOptions = {}): Limits {
  refuseUnknownOptions(options, Object.keys(LEAST))
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    const least = LEAST[name as keyof Limits]
    const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY
    if (!isWhole || value < least) {
      throw new OptionError(name, `needs a whole number from ${least} on, or Infinity, got ${String(value)}`)
    }
  }
  return { ...LIMIT_DEFAULTS, ...Object.fromEntries(given) }
}
