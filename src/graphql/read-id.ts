import { AuthError } from '../base/errors.js'
import { isName } from '../base/is-name.js'

/**
 * Reads an id of a client.
 * @throws {AuthError} `NOT_FOUND` for a text that no row can have, and that PostgreSQL would refuse.
 */
export function readId(id: string): string {
  if (!isName(id)) throw new AuthError('NOT_FOUND')
  return id
}
