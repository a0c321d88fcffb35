import { AuthError } from '../base/errors.js'

const MESSAGE =
  'The document combines more types, fragments and conditions than the guard follows: ask for less of it at once.'

/**
 * Throws `INVALID_REQUEST`: to authorize the document would take more than its length can ask for. The message is for the
 * client, since it is about nothing but the client's own document.
 */
export function refuseTooComplex(): never {
  throw new AuthError('INVALID_REQUEST', { message: MESSAGE })
}
