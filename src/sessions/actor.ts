import { isEnabled } from '../accounts/authenticate.js'
import { AuthError } from '../base/errors.js'
import type { Transaction, UserRecord } from '../store/contract.js'
import type { Actor, Administrator } from './issued.js'

/** The role that may act on other users' accounts. */
export const ADMIN = 'admin'

/**
 * Locks the rows of the actor and of the other user concerned, and checks that the actor's token is still valid: it may
 * have been revoked since the request began.
 * @throws {AuthError} `USER_NOT_FOUND`, `SESSION_ENDED`, `TOKEN_EXPIRED` (superseded) or `TOKEN_REVOKED`.
 */
export async function lockActor(tx: Transaction, actor: Actor, otherUserId?: string): Promise<UserRecord> {
  let user: UserRecord | null = null
  // Always in the order of ids, so that two users who act on each other cannot deadlock.
  for (const id of [...new Set([actor.userId, otherUserId ?? actor.userId])].sort()) {
    const row = await tx.lockUser(id)
    if (id === actor.userId) user = row
  }
  if (user === null) throw new AuthError('USER_NOT_FOUND')
  if (!isEnabled(user)) throw new AuthError('SESSION_ENDED')
  if (actor.sessionId !== null) {
    const session = await tx.findSession(actor.sessionId)
    const isTheirs = session !== null && session.userId === user.id
    if (!isTheirs || session.revokedAt !== null) throw new AuthError('SESSION_ENDED')
  }
  if (actor.jti !== null) {
    const token = await tx.findToken(actor.jti)
    // Another instance may have revoked it a moment ago. A token must not be able to undo its own revocation.
    if (token !== null && token.revokedAt !== null) {
      throw new AuthError(token.revokedReason === 'superseded' ? 'TOKEN_EXPIRED' : 'TOKEN_REVOKED')
    }
  }
  return user
}

/**
 * Locks the row of a user whom an administrator is about to change. The database decides whether the actor is an
 * administrator, not the token.
 * @throws {AuthError} what `lockActor` throws, `FORBIDDEN` or `NOT_FOUND`.
 */
export async function lockAdministered(
  tx: Transaction,
  by: Administrator,
  userId: string,
): Promise<UserRecord> {
  if (by.kind === 'bearer') {
    const { roles } = await lockActor(tx, by, userId)
    if (!roles.includes(ADMIN)) throw new AuthError('FORBIDDEN')
  }
  const user = await tx.lockUser(userId)
  if (user === null) throw new AuthError('NOT_FOUND')
  return user
}

/**
 * Checks that another enabled administrator exists, before one ceases to be an administrator. Takes a lock, so that of
 * two at once the second is refused.
 * @throws {AuthError} `CONFLICT`.
 */
export async function requireAnotherAdministrator(tx: Transaction, leaving: UserRecord): Promise<void> {
  if (!isEnabled(leaving) || !leaving.roles.includes(ADMIN)) return
  if (await tx.isHeldByAnother(ADMIN, leaving.id)) return
  throw new AuthError('CONFLICT', {
    message: 'The last administrator stays: make somebody else one first.',
  })
}
