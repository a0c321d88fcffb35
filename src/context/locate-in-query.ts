import { type LocateToken, malformed, NONE, readToken } from './located.js'
import { readSearch } from './read-request.js'

/** Reads a token from the query string. `prefix` stands before the token and is case-sensitive. */
export function locateInQuery(name: string, prefix: string): LocateToken {
  return (source) => {
    const [value = '', ...others] = new URLSearchParams(readSearch(source)).getAll(name)
    if (others.length > 0) return malformed('the parameter came more than once', 'query_string')
    if (value === '') return NONE
    if (!value.startsWith(prefix)) return malformed('the prefix is missing', 'query_string')
    return readToken(value.slice(prefix.length), 'query_string')
  }
}
