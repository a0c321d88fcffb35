import type { UserRecord } from '../store/contract.js'

/** An account as host code sees it: in hooks, in `context.user()`, and as the parent of fields that a host adds to `User`. */
export interface PublicUser {
  readonly id: string
  readonly username: string | null
  readonly email: string | null
  readonly roles: readonly string[]
  readonly createdAt: Date
  readonly disabledAt: Date | null
  readonly deletedAt: Date | null
}

/** Field by field: a column that is added later stays ours. */
export function toPublicUser(user: UserRecord): PublicUser {
  const { id, username, email, roles, createdAt, disabledAt, deletedAt } = user
  return { id, username, email, roles: [...roles], createdAt, disabledAt, deletedAt }
}
