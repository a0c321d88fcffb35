import { type LocateToken, malformed, NONE, readToken } from './located.js'
import { readBodyMember } from './read-request.js'

/** Reads a token from a member of the JSON body, when the framework has parsed it. */
export function locateInBody(key: string): LocateToken {
  return (source) => {
    const value = readBodyMember(source, key)
    if (value === undefined || value === null || value === '') return NONE
    return typeof value === 'string' ? readToken(value, 'json') : malformed('it is no text', 'json')
  }
}
