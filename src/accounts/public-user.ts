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

/**
 * A user as the hooks `claims` and `headers` see them. `authenticate` adds what it returned, at the login alone; a subject that is
 * an object adds itself, for `tokens.issueAccess` and `issueRefresh`.
 */
export type TokenUser = PublicUser & Readonly<Record<string, unknown>>

/** Copies field by field, so that a column added later is not exposed. */
export function toPublicUser(user: UserRecord): PublicUser {
  const { id, username, email, roles, createdAt, disabledAt, deletedAt } = user
  return { id, username, email, roles: [...roles], createdAt, disabledAt, deletedAt }
}
