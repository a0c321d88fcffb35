import { randomUUID } from 'node:crypto'
import { toSeconds } from '../base/clock.js'
import { AuthError } from '../base/errors.js'
import type { TokenConfig } from '../base/options.js'
import type { Commit } from '../revocation/commit.js'
import type { Store } from '../store/contract.js'
import { lockActor } from './actor.js'
import type { Actor, Issued } from './issued.js'
import { earlier, expiry, sessionEnd } from './limits.js'
import { UNMARKED } from './pair.js'
import type { ProveRecorded } from './prove-recorded.js'
import type { SessionSigner } from './sign.js'

/**
 * Gives whoever proves the password again a fresh access token beside the session's pair. The session itself stays as
 * it is: neither its refresh token nor what descends from it becomes fresh.
 */
export type Reauthenticate = (actor: Actor, password: string) => Promise<Issued>

export function createReauthenticate(parts: {
  store: Store
  commit: Commit
  config: TokenConfig
  signer: SessionSigner
  provePassword: ProveRecorded
}): Reauthenticate {
  const { store, commit, config, signer, provePassword } = parts
  return async (actor, password) => {
    const known = await store.findUser(actor.userId)
    if (known === null) throw new AuthError('USER_NOT_FOUND')
    const { client, sessionId } = actor
    const proved = await provePassword(known, password, { client, sessionId, reason: 'reauthenticate' })
    const host = await signer.prepare(proved.user)
    const now = await store.now()
    const issuedAt = toSeconds(now.getTime())
    const token = {
      jti: randomUUID(),
      issuedAt: new Date(issuedAt * 1000),
      fresh: true,
      authTime: now,
      host,
    }
    const { user, session, expiresAt } = await commit(async (tx, _revoke, record) => {
      const row = await lockActor(tx, actor)
      if (row.version !== known.version) {
        throw new AuthError('CONFLICT', { message: 'The account is being changed; try again.' })
      }
      if (proved.patch !== null) await tx.updateUser(row.id, proved.patch)
      const session = actor.sessionId === null ? null : await tx.findSession(actor.sessionId)
      const end = session === null ? null : sessionEnd(session.createdAt, config)
      const expiresAt = earlier(expiry(issuedAt, config.accessTtlSeconds), end)
      await tx.insertTokens([
        {
          jti: token.jti,
          type: 'access',
          userId: row.id,
          sessionId: actor.sessionId,
          fresh: true,
          freshUntil: null,
          issuedAt: token.issuedAt,
          expiresAt,
          ...UNMARKED,
        },
      ])
      record({ type: 'reauthenticate', at: now, by: actor, userId: row.id, tokenId: token.jti })
      return { user: row, session, expiresAt }
    })
    const access = signer.signExtraAccess(user, session, { ...token, expiresAt })
    return { user, session, access, refresh: null }
  }
}
