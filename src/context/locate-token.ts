import type { TokenLocation } from '../base/identity.js'
import type { VerifyConfig } from '../base/options.js'
import { type RequestSource, readHeader } from './read-header.js'

/** A token as it was presented; nothing of it is verified. */
export interface PresentedToken {
  readonly raw: string
  readonly location: TokenLocation
}

export type Located =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'token' } & PresentedToken)
  /** Something stands where a token belongs. The reason is for the log. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly location: TokenLocation }

export type LocateToken = (source: RequestSource) => Located

const NONE: Located = Object.freeze({ kind: 'none' })

/**
 * Looks for a token in each location in turn. The first that holds anything decides: a bad token there does not fall
 * through to the next, or whoever can write one location could choose which of two tokens counts.
 */
export function createLocator(config: Pick<VerifyConfig, 'headerName' | 'headerType'>): LocateToken {
  const locations: readonly LocateToken[] = [
    locateInHeader(config.headerName, config.headerType.toLowerCase()),
  ]
  return (source) => {
    for (const locate of locations) {
      const found = locate(source)
      if (found.kind !== 'none') return found
    }
    return NONE
  }
}

/** RFC 6750 §2.1. `scheme` in lower case; empty: the header is the token alone. */
function locateInHeader(name: string, scheme: string): LocateToken {
  return (source) => {
    const values = readHeader(source, name)
    if (values.length > 1) return malformed('the header came more than once')
    const value = trimBlanks(values[0] ?? '')
    if (value === '') return NONE
    if (scheme === '') return readToken(value)
    if (!isOfScheme(value, scheme)) {
      return joinsScheme(value, scheme) ? malformed('the header came more than once') : NONE
    }
    return readToken(value.slice(scheme.length))
  }
}

function isOfScheme(value: string, scheme: string): boolean {
  if (value.slice(0, scheme.length).toLowerCase() !== scheme) return false
  return value.length === scheme.length || isBlank(value[scheme.length])
}

/** Whether one of several header lines, joined with commas by Fetch, is of the scheme. */
function joinsScheme(value: string, scheme: string): boolean {
  return value.includes(',') && value.split(',').some((line) => isOfScheme(trimBlanks(line), scheme))
}

/** What follows the scheme: spaces, then the token, which has neither blanks nor commas inside. */
function readToken(rest: string): Located {
  const raw = trimBlanks(rest)
  if (raw === '') return malformed('the scheme stands without a token')
  return /[\s,]/.test(raw)
    ? malformed('a blank or a comma in the token')
    : { kind: 'token', raw, location: 'header' }
}

function malformed(reason: string): Located {
  return { kind: 'malformed', reason, location: 'header' }
}

/** Without the blanks round it (RFC 9110 §5.6.3). Not by a regular expression, which a long run of blanks slows. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}
