import type { Claims } from '../base/claims.js'
import { AuthError } from '../base/errors.js'
import type { CommitRevoking } from '../revocation/commit.js'
import type { SessionRecord, Store } from '../store/contract.js'
import { lockActor } from './actor.js'
import { endEverything, endSessions } from './end.js'
import type { Actor } from './issued.js'

/** Ends sessions, one or many, as their owner asks. */
export interface SessionRevocation {
  /** The session of a genuine token, an expired one too. Whether it was live. */
  logOut(claims: Pick<Claims, 'sub' | 'sid'>): Promise<boolean>
  /** Another's session answers `NOT_FOUND` as an unknown one does. One that is over stays as it is. */
  revokeSession(actor: Actor, id: string): Promise<SessionRecord>
  /** All but the actor's own; how many. */
  revokeOthers(actor: Actor): Promise<number>
  /** All, the actor's own too; how many. */
  revokeAll(actor: Actor): Promise<number>
}

export function createSessionRevocation(parts: {
  store: Store
  commit: CommitRevoking
  foreignTtlSeconds: number | null
}): SessionRevocation {
  const { store, commit, foreignTtlSeconds } = parts
  return {
    async logOut({ sub, sid }) {
      if (sid === undefined) return false
      const at = await store.now()
      return commit(async (tx, revoke) => {
        if ((await tx.lockUser(sub)) === null) return false
        const ended = await endSessions(tx, revoke, { userId: sub, ids: [sid], at, reason: 'logout' })
        return ended.length > 0
      })
    },

    async revokeSession(actor, id) {
      const at = await store.now()
      return commit(async (tx, revoke) => {
        await lockActor(tx, actor)
        const session = await tx.findSession(id)
        if (session === null || session.userId !== actor.userId) throw new AuthError('NOT_FOUND')
        const reason = 'session_revoked'
        const ended = await endSessions(tx, revoke, { userId: actor.userId, ids: [id], at, reason })
        return ended.length === 0 ? session : { ...session, revokedAt: at, revokedReason: reason }
      })
    },

    async revokeOthers(actor) {
      const at = await store.now()
      return commit(async (tx, revoke) => {
        await lockActor(tx, actor)
        const change = { userId: actor.userId, at, reason: 'session_revoked' } as const
        const exceptId = actor.sessionId ?? undefined
        return (await endSessions(tx, revoke, { ...change, exceptId })).length
      })
    },

    async revokeAll(actor) {
      const at = await store.now()
      return commit(async (tx, revoke) => {
        const user = await lockActor(tx, actor)
        const { id: userId, version } = user
        const change = { userId, version, at, reason: 'session_revoked', foreignTtlSeconds } as const
        return (await endEverything(tx, revoke, change)).length
      })
    },
  }
}
