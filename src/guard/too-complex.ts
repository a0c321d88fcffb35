import { AuthError } from '../base/errors.js'

/** Throws `INVALID_REQUEST`: to authorize the document would take more than its length can ask for. */
export function refuseTooComplex(): never {
  const cause = new Error('the document combines more types and conditions than the guard follows')
  throw new AuthError('INVALID_REQUEST', { cause })
}
