import { AuthError } from '../base/errors.js'
import { hasUnseen } from '../base/text.js'

const MAX_ROLES = 50
const ROLE = /^\S{1,100}$/u

/**
 * The roles of an account, each once, in the order given. Throws `BAD_USER_INPUT`: they are in every access token, so at
 * most 50 of at most 100 characters, all of them
 * visible, without blanks.
 */
export function readRoles(roles: readonly string[]): readonly string[] {
  const each = [...new Set(roles)]
  if (each.length > MAX_ROLES) throw refuse(`needs at most ${MAX_ROLES} of them.`)
  const wrong = each.findIndex((role) => !ROLE.test(role) || hasUnseen(role))
  if (wrong === -1) return each
  throw refuse('each needs 1 to 100 characters, all of them visible, without blanks.')
}

function refuse(problem: string): AuthError {
  return new AuthError('BAD_USER_INPUT', { message: `roles: ${problem}`, details: { field: 'roles' } })
}
