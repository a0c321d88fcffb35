import { isEnabled } from '../accounts/authenticate.js'
import { readRoles } from '../accounts/roles.js'
import { AuthError } from '../base/errors.js'
import type { Commit } from '../revocation/commit.js'
import type { Store, UserRecord } from '../store/contract.js'
import { ADMIN, lockAdministered, requireAnotherAdministrator } from './actor.js'
import { endEverything } from './end.js'
import type { Administrator } from './issued.js'
import type { TokenLives } from './limits.js'
import { supersedeAccess } from './supersede.js'

/**
 * An administrator's changes of an account. The transaction checks that the administrator is enabled, and still has a
 * live session and the role.
 * @throws {AuthError} `FORBIDDEN`; `NOT_FOUND` for an unknown id.
 */
export interface UserAdministration {
  /**
   * Replaces the roles. The user's access tokens count as expired from then on, so that the next refresh brings the new
   * roles. Does nothing when the roles are the same.
   * @throws {AuthError} `BAD_USER_INPUT`; `CONFLICT` for the last enabled administrator and for a deleted account.
   */
  setRoles(by: Administrator, change: { userId: string; roles: readonly string[] }): Promise<UserRecord>
  /**
   * Disables an account, which ends every session and refuses logins, refreshes and new tokens; or enables it again.
   * @throws {AuthError} `CONFLICT` for the last enabled administrator and for a deleted account.
   */
  setDisabled(by: Administrator, change: { userId: string; disabled: boolean }): Promise<UserRecord>
  /** Ends everything of a user. Resolves to the number of sessions. */
  endSessions(by: Administrator, userId: string): Promise<number>
}

export function createUserAdministration(parts: {
  store: Pick<Store, 'now'>
  commit: Commit
  lives: TokenLives
}): UserAdministration {
  const { store, commit, lives } = parts

  return {
    async setRoles(by, { userId, roles: wanted }) {
      const roles = readRoles(wanted)
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        const user = await lockAdministered(tx, by, userId)
        requireKept(user)
        if (isSame(user.roles, roles)) return user
        if (!roles.includes(ADMIN)) await requireAnotherAdministrator(tx, user)
        const changed = { roles, version: user.version + 1 }
        await tx.updateUser(userId, changed)
        await supersedeAccess(tx, revoke, { userId, version: changed.version, at, lives })
        record({ type: 'roles_set', at, by, userId, details: { from: user.roles, to: roles } })
        return { ...user, ...changed }
      }, userId)
    },

    async setDisabled(by, { userId, disabled }) {
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        const user = await lockAdministered(tx, by, userId)
        requireKept(user)
        if (disabled !== isEnabled(user)) return user
        if (disabled) await requireAnotherAdministrator(tx, user)
        const { version } = user
        const changed = { disabledAt: disabled ? at : null, version: version + 1 }
        await tx.updateUser(userId, changed)
        if (disabled) {
          const reason = 'account_disabled'
          await endEverything(tx, revoke, { userId, version, at, reason, lives })
        }
        record({ type: disabled ? 'account_disabled' : 'account_enabled', at, by, userId })
        return { ...user, ...changed }
      }, userId)
    },

    async endSessions(by, userId) {
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        const { version } = await lockAdministered(tx, by, userId)
        const reason = 'session_revoked'
        const count = await endEverything(tx, revoke, { userId, version, at, reason, lives })
        record({ type: 'sessions_revoked', at, by, userId, reason: 'all', count })
        return count
      }, userId)
    },
  }
}

function requireKept(user: UserRecord): void {
  if (user.deletedAt === null) return
  throw new AuthError('CONFLICT', { message: 'The account is deleted.' })
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((role) => other.includes(role))
}
