import { parseCookie } from 'cookie'
import type { TokenPlaces } from '../base/location-options.js'
import { type Located, type LocateToken, NONE, readToken } from './located.js'
import { type RequestSource, readHeader } from './read-header.js'
import { readMethod } from './read-request.js'

/**
 * Reads a token from a cookie. A browser sends cookies with requests of any page, so for `csrfMethods` the request must
 * also carry a proof that the page itself sent it. `other` names the cookie of the session's other token.
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
    // Another host of the domain can plant a cookie, indistinguishable from ours. Choosing one could log a user in as
    // another.
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
    // An unknown method may be any method.
    return method === null || csrfMethods.has(method)
  }
}

/** The distinct values of the cookies of this name. An empty value is left of a deleted cookie. */
export function readCookies(headers: readonly string[], name: string): string[] {
  const values = new Set<string>()
  // One by one, because the parser keeps the first of two cookies of one name.
  for (const pair of headers.flatMap((header) => header.split(';'))) {
    if (!pair.includes(name)) continue
    const value = parseCookie(pair, { decode: asItIs })[name]
    if (value !== undefined && value !== '') values.add(value)
  }
  return [...values]
}

/** A token needs no encoding, so an encoded value is not ours. */
function asItIs(value: string): string {
  return value
}
