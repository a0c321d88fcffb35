import { isBlank, type Located, type LocateToken, malformed, NONE, readToken, trimBlanks } from './located.js'
import { readHeader } from './read-header.js'

/** RFC 6750 §2.1. `scheme` in lower case; empty: the header is the token alone. */
export function locateInHeader(name: string, scheme: string): LocateToken {
  return (source) => {
    const values = readHeader(source, name)
    if (values.length > 1) return repeated()
    const value = trimBlanks(values[0] ?? '')
    if (value === '') return NONE
    if (scheme === '') return readToken(value, 'header')
    if (!isOfScheme(value, scheme)) return joinsScheme(value, scheme) ? repeated() : NONE
    return readToken(value.slice(scheme.length), 'header')
  }
}

function repeated(): Located {
  return malformed('the header came more than once', 'header')
}

function isOfScheme(value: string, scheme: string): boolean {
  if (value.slice(0, scheme.length).toLowerCase() !== scheme) return false
  return value.length === scheme.length || isBlank(value[scheme.length])
}

/** Whether one of several header lines, joined with commas by Fetch, is of the scheme. */
function joinsScheme(value: string, scheme: string): boolean {
  return value.includes(',') && value.split(',').some((line) => isOfScheme(trimBlanks(line), scheme))
}
