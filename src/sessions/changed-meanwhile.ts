import { AuthError } from '../base/errors.js'

/** The refusal of a change whose account was changed by another request meanwhile. */
export function changedMeanwhile(): AuthError {
  return new AuthError('CONFLICT', { message: 'The account is being changed; try again.' })
}
