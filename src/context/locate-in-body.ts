import { type LocateToken, malformed, NONE, readToken } from './located.js'
import { readBodyMember } from './read-request.js'

/** A member of the JSON body, where the framework has parsed it. */
export function locateInBody(key: string): LocateToken {
  return (source) => {
    const value = readBodyMember(source, key)
    if (value === undefined || value === null || value === '') return NONE
    return typeof value === 'string' ? readToken(value, 'json') : malformed('it is no text', 'json')
  }
}
