import type { UserRecord } from '../store/contract.js'

/**
 * An account as host code sees it: in hooks, in `context.user()`, and as the parent of the host's own fields of `User`.
 */
export interface PublicUser {
  readonly id: string
  readonly username: string | null
  readonly email: string | null
  readonly roles: readonly string[]
  readonly createdAt: Date
  readonly disabledAt: Date | null
  readonly deletedAt: Date | null
}

/** Copies field by field, so that a column added later is not exposed. */
export function toPublicUser(user: UserRecord): PublicUser {
  const { id, username, email, roles, createdAt, disabledAt, deletedAt } = user
  return { id, username, email, roles: [...roles], createdAt, disabledAt, deletedAt }
}
