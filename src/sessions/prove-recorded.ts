import type { Authenticated, ProvePassword } from '../accounts/authenticate.js'
import type { Failure, RecordFailure } from '../audit/record.js'
import { AuthError } from '../base/errors.js'
import type { UserRecord } from '../store/contract.js'

/** Checks the password of a known user. A wrong one is counted in the audit log. */
export type ProveRecorded = (
  user: UserRecord,
  password: string,
  from: Omit<Failure, 'userId'> & { readonly sessionId: string | null },
) => Promise<Authenticated>

export function createProveRecorded(parts: {
  provePassword: ProvePassword
  recordFailure: RecordFailure
}): ProveRecorded {
  return async (user, password, { sessionId, ...failure }) => {
    try {
      return await parts.provePassword(user, password, { ip: failure.client.ip, sessionId })
    } catch (error) {
      if (error instanceof AuthError && error.code === 'INVALID_CREDENTIALS') {
        await parts.recordFailure({ ...failure, userId: user.id })
        throw new AuthError('INVALID_CREDENTIALS', { message: 'The password is wrong.', cause: error })
      }
      throw error
    }
  }
}
