import {
  isBlank,
  type Located,
  type LocateToken,
  malformed,
  NONE,
  none,
  readToken,
  trimBlanks,
} from './located.js'
import { readHeader } from './read-header.js'

/**
 * Looks like a JWT (RFC 7519 §3), alone or behind another scheme. Credentials of other schemes (`Basic`) are ignored.
 */
const LOOKS_LIKE_TOKEN = /^(?:[\w-]{1,20}[ \t]+)?eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/

/**
 * Reads a token from a header (RFC 6750 §2.1). With an empty `scheme` the header is the token alone. Of several
 * credentials, separated by commas as in Flask-JWT-Extended, the one of the scheme counts; two are refused.
 */
export function locateInHeader(name: string, scheme: string): LocateToken {
  const ours = scheme.toLowerCase()
  const misplaced = none(`the token in the header "${name}" does not stand as "${scheme} <token>"`)

  return (source) => {
    const values = readHeader(source, name)
    if (values.length > 1) return repeated()
    const value = trimBlanks(values[0] ?? '')
    if (value === '') return NONE
    if (scheme === '') return readToken(value, 'header')
    if (value.includes(',')) return readOneOf(value, ours)
    if (isOfScheme(value, ours)) return readToken(value.slice(ours.length), 'header')
    return LOOKS_LIKE_TOKEN.test(value) ? misplaced : NONE
  }
}

/** Empty elements are ignored (RFC 9110 §5.6.1). */
function readOneOf(value: string, scheme: string): Located {
  const fields = value.split(',').map(trimBlanks)
  const found = fields.filter((field) => isOfScheme(field, scheme))
  const [field] = found
  if (field === undefined) return NONE
  if (found.length > 1) return repeated()
  const isWhole = fields.every((other) => other === '' || other === field || isCredentials(other))
  // The text behind a comma may also be the rest of a token.
  return isWhole
    ? readToken(field.slice(scheme.length), 'header')
    : malformed('a comma in the token', 'header')
}

function repeated(): Located {
  return malformed('the header came more than once', 'header')
}

function isOfScheme(value: string, scheme: string): boolean {
  if (value.slice(0, scheme.length).toLowerCase() !== scheme) return false
  return value.length === scheme.length || isBlank(value[scheme.length])
}

/** A scheme with something behind it. */
function isCredentials(field: string): boolean {
  return /^[\w-]+[ \t]/.test(field)
}
