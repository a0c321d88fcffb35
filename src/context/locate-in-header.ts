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

/** By its look a JWT (RFC 7519 §3), alone or behind another scheme. Those of other schemes (`Basic`) are somebody else's. */
const LOOKS_LIKE_TOKEN = /^(?:[\w-]{1,20}[ \t]+)?eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/

/**
 * RFC 6750 §2.1. `scheme` as its option has it; empty: the header is the token alone. Of several credentials, separated
 * by commas as Flask-JWT-Extended takes them, those of the scheme; there must be one.
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

/** Empty ones do not count (RFC 9110 §5.6.1). */
function readOneOf(value: string, scheme: string): Located {
  const fields = value.split(',').map(trimBlanks)
  const found = fields.filter((field) => isOfScheme(field, scheme))
  const [field] = found
  if (field === undefined) return NONE
  if (found.length > 1) return repeated()
  const isWhole = fields.every((other) => other === '' || other === field || isCredentials(other))
  // What stands behind a comma may as well be the rest of a token.
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

/** A scheme, and something behind it. */
function isCredentials(field: string): boolean {
  return /^[\w-]+[ \t]/.test(field)
}
