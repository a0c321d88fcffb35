import { parseCookie } from 'cookie'
import type { TokenPlaces } from '../base/location-options.js'
import { type Located, type LocateToken, NONE, readToken } from './located.js'
import { type RequestSource, readHeader } from './read-header.js'
import { readMethod } from './read-request.js'

/**
 * A browser sends a cookie with requests of any page, so by `csrfMethods` it comes with what proves that the page itself
 * sent it. `other` says where the session's other token stands.
 */
export function locateInCookie(
  { cookieName, csrfHeader, csrfCookieName }: TokenPlaces,
  other: TokenPlaces,
  csrfMethods: ReadonlySet<string>,
): LocateToken {
  return (source) => {
    const headers = readHeader(source, 'cookie')
    if (headers.length === 0) return NONE
    const found = readCookies(headers, cookieName).map((value) => readToken(value, 'cookie'))
    const [first = NONE] = found
    if (found.length <= 1) return withProof(first)
    // Another host of the domain can plant one, and nothing says which: to choose would be to log a user in as another.
    const tokens = found.map(withProof).filter((one) => one.kind === 'token')
    return { kind: 'ambiguous', tokens, location: 'cookie' }

    function withProof(one: Located): Located {
      if (one.kind !== 'token') return one
      const csrf = csrfMethods.size === 0 ? [] : readCookies(headers, csrfCookieName)
      const token = { ...one, beside: { tokens: readCookies(headers, other.cookieName), csrf } }
      if (!demandsProof(source)) return token
      const proofs = readHeader(source, csrfHeader)
      return { ...token, csrfProof: proofs.length === 1 ? proofs[0] : '' }
    }
  }

  function demandsProof(source: RequestSource): boolean {
    if (csrfMethods.size === 0) return false
    const method = readMethod(source)
    // Where no method can be told, it may be any.
    return method === null || csrfMethods.has(method)
  }
}

/** The different values of the cookies of this name. An empty one is what is left of a cookie that was taken back. */
export function readCookies(headers: readonly string[], name: string): string[] {
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
