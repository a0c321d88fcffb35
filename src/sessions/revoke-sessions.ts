import { ensureUser } from '../accounts/external.js'
import type { Agent, Source } from '../audit/record.js'
import { AuthError } from '../base/errors.js'
import type { Commit } from '../revocation/commit.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { SessionRecord, Store, Transaction, UserRecord } from '../store/contract.js'
import { lockActor } from './actor.js'
import { endEverything, endSessions } from './end.js'
import type { Actor, GenuineToken } from './issued.js'
import type { TokenLives } from './limits.js'

/** Ends one or more sessions, as their owner asks. */
export interface SessionRevocation {
  /**
   * Ends the session of a genuine token, which may have expired; a token without a session is revoked itself. Resolves
   * to whether anything ended.
   */
  logOut(token: GenuineToken, client: Source): Promise<boolean>
  /** Ends a session. Another user's is `NOT_FOUND`, like an unknown one. An ended session is left unchanged. */
  revokeSession(actor: Actor, id: string): Promise<SessionRecord>
  /** Ends all sessions but the actor's own. Resolves to their number. */
  revokeOthers(actor: Actor): Promise<number>
  /** Ends all sessions, the actor's own included. Resolves to their number. */
  revokeAll(actor: Actor): Promise<number>
  /** Ends all sessions of a user, for the host's code. Resolves to their number. */
  endAll(userId: string): Promise<number>
}

export function createSessionRevocation(parts: {
  store: Store
  commit: Commit
  feed: Pick<RevocationFeed, 'check'>
  lives: TokenLives
}): SessionRevocation {
  const { store, commit, feed, lives } = parts

  /** Revokes a token without a session, which may be minted elsewhere. It can be revoked once. */
  async function takeBack({ kind, subject, claims }: GenuineToken, client: Source): Promise<boolean> {
    const { jti, exp } = claims
    if (jti === undefined || kind === 'expired' || feed.check(claims, subject) === 'revoked') return false
    const at = await store.now()
    return commit(async (tx, revoke, record) => {
      await tx.lockUser(subject)
      // Another issuer chooses its own `jti`. If it equals the `jti` of another user's token here, that token is not
      // revoked.
      if (((await tx.findToken(jti))?.userId ?? subject) !== subject) return false
      await tx.markRevoked(jti, at, 'logout')
      const expiresAt = exp === undefined ? null : new Date(Math.ceil(exp * 1000))
      revoke({ scope: 'token', key: jti, effect: 'revoked', issuedBefore: null, expiresAt })
      const by = { kind: 'bearer', userId: subject, jti, sessionId: null, client } as const
      record({ type: 'logout', at, by, userId: subject })
      return true
    }, subject)
  }

  /** `lock` locks the user's row, and may refuse. */
  async function endAllOf(
    userId: string,
    by: Agent,
    lock: (tx: Transaction) => Promise<UserRecord | null>,
  ): Promise<number> {
    // A user whose tokens were minted elsewhere may have no row yet.
    await ensureUser(store, userId)
    const at = await store.now()
    return commit(async (tx, revoke, record) => {
      const user = await lock(tx)
      if (user === null) throw new AuthError('NOT_FOUND')
      const { version } = user
      const change = { userId, version, at, reason: 'session_revoked', lives } as const
      const count = await endEverything(tx, revoke, change)
      record({ type: 'sessions_revoked', at, by, userId, reason: 'all', count })
      return count
    }, userId)
  }

  return {
    async logOut(token, client) {
      const { sid } = token.claims
      const session = sid === undefined ? null : await store.findSession(sid)
      if (sid === undefined || session?.userId !== token.subject) return takeBack(token, client)
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        const { subject: userId } = token
        await tx.lockUser(userId)
        const change = { userId, ids: [sid], at, reason: 'logout', lives } as const
        if ((await endSessions(tx, revoke, change)) === 0) return false
        const by = { kind: 'bearer', userId, jti: token.claims.jti ?? null, sessionId: sid, client } as const
        record({ type: 'logout', at, by, userId })
        return true
      }, token.subject)
    },

    async revokeSession(actor, id) {
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        await lockActor(tx, actor)
        const session = await tx.findSession(id)
        if (session === null || session.userId !== actor.userId) throw new AuthError('NOT_FOUND')
        const reason = 'session_revoked'
        const change = { userId: actor.userId, ids: [id], at, reason, lives } as const
        if ((await endSessions(tx, revoke, change)) === 0) return session
        record({ type: 'session_revoked', at, by: actor, userId: actor.userId, sessionId: id })
        return { ...session, revokedAt: at, revokedReason: reason }
      }, actor.userId)
    },

    async revokeOthers(actor) {
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        await lockActor(tx, actor)
        const change = { userId: actor.userId, at, reason: 'session_revoked', lives } as const
        const exceptId = actor.sessionId ?? undefined
        const count = await endSessions(tx, revoke, { ...change, exceptId })
        const { userId } = actor
        if (count > 0) record({ type: 'sessions_revoked', at, by: actor, userId, reason: 'others', count })
        return count
      }, actor.userId)
    },

    revokeAll: (actor) => endAllOf(actor.userId, actor, (tx) => lockActor(tx, actor)),

    endAll: (userId) => endAllOf(userId, { kind: 'host' }, (tx) => tx.lockUser(userId)),
  }
}
