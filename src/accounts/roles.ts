import { AuthError } from '../base/errors.js'
import { hasUnseen } from '../base/text.js'

const MAX_ROLES = 50
const ROLE = /^\S{1,100}$/u

/**
 * Reads the roles of an account, each once, in the order given. They are in every access token, so their number and
 * length are limited.
 * @throws {AuthError} `BAD_USER_INPUT` for more than 50, or one that has no 1 to 100 visible characters without blanks.
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
