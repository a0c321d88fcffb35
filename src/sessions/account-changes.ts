import { NAMELESS } from '../accounts/names.js'
import type { Passwords } from '../accounts/passwords.js'
import { AuthError } from '../base/errors.js'
import { requireWellFormed } from '../base/text.js'
import type { Commit } from '../revocation/commit.js'
import type { Store, Transaction, UserRecord } from '../store/contract.js'
import { lockActor, requireAnotherAdministrator } from './actor.js'
import { changedMeanwhile } from './changed-meanwhile.js'
import { endEverything } from './end.js'
import type { Actor, Finish } from './issued.js'
import type { TokenLives } from './limits.js'
import type { ProveRecorded } from './prove-recorded.js'
import type { SessionSigner } from './sign.js'
import type { Origin, SessionStarter } from './start.js'

/** Changes of an account that end all of its sessions. */
export interface AccountChanges {
  /**
   * Ends every session and starts a new one, in one transaction.
   * @throws {AuthError} `INVALID_CREDENTIALS`, `BAD_USER_INPUT`.
   */
  changePassword<T>(
    actor: Actor,
    change: PasswordChange,
    { origin, finish }: { origin: Origin; finish: Finish<T> },
  ): Promise<T>
  /**
   * Frees the account's names, and keeps its id.
   * @throws {AuthError} `CONFLICT` for the last enabled administrator.
   */
  deleteAccount(actor: Actor): Promise<void>
}

export interface PasswordChange {
  readonly currentPassword: string
  readonly newPassword: string
}

export function createAccountChanges(parts: {
  store: Store
  commit: Commit
  starter: SessionStarter
  signer: Pick<SessionSigner, 'prepare'>
  passwords: Passwords
  provePassword: ProveRecorded
  lives: TokenLives
}): AccountChanges {
  const { store, commit, starter, passwords, lives } = parts

  async function lockUnchanged(tx: Transaction, actor: Actor, version: number): Promise<UserRecord> {
    const user = await lockActor(tx, actor)
    if (user.version === version) return user
    throw changedMeanwhile()
  }

  return {
    async changePassword(actor, { currentPassword, newPassword }, { origin, finish }) {
      requireWellFormed('currentPassword', currentPassword)
      requireWellFormed('newPassword', newPassword)
      const known = await store.findUser(actor.userId)
      if (known === null) throw new AuthError('USER_NOT_FOUND')
      const { client, sessionId } = actor
      await parts.provePassword(known, currentPassword, { client, sessionId, reason: 'change_password' })
      await passwords.requireAcceptable(newPassword, {
        field: 'newPassword',
        ownNames: [known.username, known.email],
      })
      const passwordHash = await passwords.hash(newPassword)
      const host = await parts.signer.prepare(known)
      const at = await store.now()
      // The row as it is after everything before has ended.
      const changed = { ...known, passwordHash, version: known.version + 1 }
      const started = starter.begin(changed, origin, { now: at, host })
      const result = finish(started)
      await commit(async (tx, revoke, record) => {
        const row = await lockUnchanged(tx, actor, known.version)
        await tx.updateUser(row.id, { passwordHash })
        const { id: userId, version } = row
        await endEverything(tx, revoke, {
          userId,
          version,
          at,
          reason: 'password_changed',
          lives,
        })
        record({ type: 'password_changed', at, by: actor, userId })
        await starter.insert(tx, started.session)
      }, actor.userId)
      return result
    },

    async deleteAccount(actor) {
      const at = await store.now()
      await commit(async (tx, revoke, record) => {
        const user = await lockActor(tx, actor)
        await requireAnotherAdministrator(tx, user)
        const { id: userId, version } = user
        await tx.updateUser(userId, { ...NAMELESS, deletedAt: at })
        await endEverything(tx, revoke, {
          userId,
          version,
          at,
          reason: 'account_deleted',
          lives,
        })
        record({ type: 'account_deleted', at, by: actor, userId })
      }, actor.userId)
    },
  }
}
