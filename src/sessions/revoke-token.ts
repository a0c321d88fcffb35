import { AuthError } from '../base/errors.js'
import { isName } from '../base/is-name.js'
import type { Commit } from '../revocation/commit.js'
import type { Store, TokenRecord, Transaction } from '../store/contract.js'
import { ADMIN, lockActor } from './actor.js'
import type { Actor, Administrator, Operator } from './issued.js'

/** Revokes single tokens, and restores them. Another user's token is `NOT_FOUND`, like an unknown one. */
export interface TokenRevocation {
  /** Revokes a token and its successors by sliding. A revoked token is left unchanged. */
  revoke(by: Administrator, jti: string): Promise<TokenRecord>
  /**
   * Restores a token after `revoke`, without its successors. An owner may restore what an owner revoked, an
   * administrator also what an administrator revoked.
   * @throws {AuthError} `CONFLICT` for a token that ended in any other way.
   */
  unrevoke(actor: Actor, jti: string): Promise<TokenRecord>
  /** Revokes a token without a row, issued elsewhere under our keys. It can't be restored. Resolves to the time. */
  revokeForeign(by: Operator, token: ForeignToken): Promise<Date>
}

export interface ForeignToken {
  readonly jti: string
  /** Null when unknown. */
  readonly userId: string | null
  /** Null when it never expires. */
  readonly expiresAt: Date | null
}

export function createTokenRevocation(parts: { store: Store; commit: Commit }): TokenRevocation {
  const { store, commit } = parts

  /** Reads the token under the lock of its owner's row, and whether the actor is an administrator. */
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
          // A refresh token is looked up in the database, so instances need no entry for it.
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

/** The successors of a token by sliding, in order. No successor is added while the user's row is locked. */
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
