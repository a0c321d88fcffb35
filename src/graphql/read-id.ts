import { AuthError } from '../base/errors.js'
import { isName } from '../base/is-name.js'

/** An id that a client asks for. Throws `NOT_FOUND` for text that no row can have, and that PostgreSQL would refuse. */
export function readId(id: string): string {
  if (!isName(id)) throw new AuthError('NOT_FOUND')
  return id
}
