import { parseCookie } from 'cookie'
import type { TokenPlaces } from '../base/location-options.js'
import { type LocateToken, malformed, NONE, readToken } from './located.js'
import { type RequestSource, readHeader } from './read-header.js'
import { readMethod } from './read-request.js'

/**
 * A cookie goes along whoever makes the browser send the request, so by `csrfMethods` it comes with what proves that the
 * page itself did.
 */
export function locateInCookie(
  { cookieName, csrfHeader }: TokenPlaces,
  csrfMethods: ReadonlySet<string>,
): LocateToken {
  return (source) => {
    const headers = readHeader(source, 'cookie')
    if (headers.length === 0) return NONE
    const [value, ...others] = readCookies(headers, cookieName)
    if (value === undefined) return NONE
    // Another host of the domain can plant one, and nothing tells which: to choose would be to log somebody in as another.
    if (others.length > 0) return malformed('two cookies of the name', 'cookie')
    const found = readToken(value, 'cookie')
    if (found.kind !== 'token' || !demandsProof(source)) return found
    const proofs = readHeader(source, csrfHeader)
    return { ...found, csrfProof: proofs.length === 1 ? proofs[0] : '' }
  }

  function demandsProof(source: RequestSource): boolean {
    if (csrfMethods.size === 0) return false
    const method = readMethod(source)
    // Where no method can be told, it may be any.
    return method === null || csrfMethods.has(method)
  }
}

/** The different values of the cookies of this name. An empty one is what is left of a cookie that was taken back. */
function readCookies(headers: readonly string[], name: string): string[] {
  const values = new Set<string>()
  // One by one: of two by one name the parser keeps the first.
  for (const pair of headers.flatMap((header) => header.split(';'))) {
    if (!pair.includes(name)) continue
    const value = parseCookie(pair, { decode: asItIs })[name]
    if (value !== undefined && value !== '') values.add(value)
  }
  return [...values]
}

/** A token needs no encoding, and what was encoded is none of ours. */
function asItIs(value: string): string {
  return value
}
