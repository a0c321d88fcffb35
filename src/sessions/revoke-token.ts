import { AuthError } from '../base/errors.js'
import { isName } from '../base/is-name.js'
import type { Commit } from '../revocation/commit.js'
import type { Store, TokenRecord, Transaction } from '../store/contract.js'
import { ADMIN, lockActor } from './actor.js'
import type { Actor, Administrator, Operator } from './issued.js'

/** Takes single tokens back, and undoes it. Another's token answers `NOT_FOUND` as an unknown one does. */
export interface TokenRevocation {
  /** With the tokens that took its place by sliding. A token that is revoked already stays as it is. */
  revoke(by: Administrator, jti: string): Promise<TokenRecord>
  /**
   * Undoes `revoke` alone, for this token and not for its heirs: an owner what an owner revoked, an administrator also
   * what an administrator did. Throws `CONFLICT` for a token that ended in any other way.
   */
  unrevoke(actor: Actor, jti: string): Promise<TokenRecord>
  /** One that was issued elsewhere under our keys, and of which there is no row. Answers when; it is not undone. */
  revokeForeign(by: Operator, token: ForeignToken): Promise<Date>
}

export interface ForeignToken {
  readonly jti: string
  /** Null: nobody knows. */
  readonly userId: string | null
  /** Null: never. */
  readonly expiresAt: Date | null
}

export function createTokenRevocation(parts: { store: Store; commit: Commit }): TokenRevocation {
  const { store, commit } = parts

  /** The token under the lock of its owner's row, and whether who asks may act on what is another's. */
  async function lockToken(
    tx: Transaction,
    by: Administrator,
    jti: string,
    ownerId: string,
  ): Promise<{ token: TokenRecord; isAdmin: boolean }> {
    const isAdmin = await lockAsker(tx, by, ownerId)
    const token = await tx.findToken(jti)
    if (token === null || !(isAdmin || isOwner(by, ownerId))) throw new AuthError('NOT_FOUND')
    return { token, isAdmin }
  }

  async function requireOwner(jti: string): Promise<string> {
    const token = await store.findToken(jti)
    if (token === null) throw new AuthError('NOT_FOUND')
    return token.userId
  }

  return {
    async revoke(by, jti) {
      const ownerId = await requireOwner(jti)
      const at = await store.now()
      return commit(async (tx, revoke, record) => {
        const { token } = await lockToken(tx, by, jti, ownerId)
        if (token.revokedAt !== null) return token
        const reason = isOwner(by, ownerId) ? 'owner' : 'admin'
        for (const { jti: key, type, expiresAt } of [token, ...(await findHeirs(tx, token))]) {
          const wasLive = await tx.markRevoked(key, at, reason)
          // A refresh token is asked about in the database alone: no line for every instance to hold.
          if (!wasLive || type === 'refresh') continue
          revoke({ scope: 'token', key, effect: 'revoked', issuedBefore: null, expiresAt })
        }
        record({ type: 'token_revoked', at, by, userId: ownerId, ...idsOf(token) })
        return { ...token, revokedAt: at, revokedReason: reason }
      }, ownerId)
    },

    async unrevoke(actor, jti) {
      const ownerId = await requireOwner(jti)
      const now = await store.now()
      return commit(async (tx, revoke, record) => {
        const { token, isAdmin } = await lockToken(tx, actor, jti, ownerId)
        const session = token.sessionId === null ? null : await tx.findSession(token.sessionId)
        const sessionIsOver = token.sessionId !== null && (session === null || session.revokedAt !== null)
        if (sessionIsOver || isOver(token, now)) throw conflict('The token has ended.')
        if (token.revokedAt === null) return token
        const mayUndo = token.revokedReason === 'owner' || (token.revokedReason === 'admin' && isAdmin)
        if (!mayUndo) throw conflict('The token was not revoked by its owner.')
        await tx.clearRevoked(jti)
        const { type, expiresAt } = token
        if (type === 'access') {
          revoke({ scope: 'token', key: jti, effect: 'restored', issuedBefore: null, expiresAt })
        }
        record({ type: 'token_unrevoked', at: now, by: actor, userId: ownerId, ...idsOf(token) })
        return { ...token, revokedAt: null, revokedReason: null }
      }, ownerId)
    },

    async revokeForeign(by, { jti, userId, expiresAt }) {
      if (!isName(jti)) throw new AuthError('NOT_FOUND')
      const at = await store.now()
      return commit(async (_tx, revoke, record) => {
        revoke({ scope: 'token', key: jti, effect: 'revoked', issuedBefore: null, expiresAt })
        record({ type: 'token_revoked', at, by, userId, tokenId: jti })
        return at
      })
    },
  }
}

/** The tokens that took its place by sliding, one after the other: nobody adds one while the user's row is locked. */
async function findHeirs(tx: Transaction, token: TokenRecord): Promise<TokenRecord[]> {
  const heirs: TokenRecord[] = []
  let { successorJti } = token
  while (successorJti !== null) {
    const heir = await tx.findToken(successorJti)
    if (heir === null) break
    heirs.push(heir)
    successorJti = heir.successorJti
  }
  return heirs
}

function idsOf({ jti, sessionId }: TokenRecord) {
  return { tokenId: jti, sessionId }
}

async function lockAsker(tx: Transaction, by: Administrator, ownerId: string): Promise<boolean> {
  if (by.kind === 'bearer') return (await lockActor(tx, by, ownerId)).roles.includes(ADMIN)
  await tx.lockUser(ownerId)
  return true
}

function isOwner(by: Administrator, ownerId: string): boolean {
  return by.kind === 'bearer' && by.userId === ownerId
}

function isOver(token: TokenRecord, now: Date): boolean {
  return token.rotatedAt !== null || (token.expiresAt !== null && token.expiresAt.getTime() <= now.getTime())
}

function conflict(message: string): AuthError {
  return new AuthError('CONFLICT', { message })
}
