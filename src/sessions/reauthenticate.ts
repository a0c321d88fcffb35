import { randomUUID } from 'node:crypto'
import { toSeconds } from '../base/clock.js'
import { AuthError } from '../base/errors.js'
import type { TokenConfig } from '../base/options.js'
import type { Commit } from '../revocation/commit.js'
import type { Store } from '../store/contract.js'
import { lockActor } from './actor.js'
import { changedMeanwhile } from './changed-meanwhile.js'
import type { Actor, Finish } from './issued.js'
import { earlier, expiry, sessionEnd } from './limits.js'
import { UNMARKED } from './pair.js'
import type { ProveRecorded } from './prove-recorded.js'
import type { SessionSigner } from './sign.js'

/**
 * Issues a fresh access token, beside the session's pair, for a confirmed password. The session stays the same: neither
 * its refresh token nor the tokens that follow from it become fresh.
 */
export type Reauthenticate = <T>(actor: Actor, password: string, finish: Finish<T>) => Promise<T>

export function createReauthenticate(parts: {
  store: Store
  commit: Commit
  config: TokenConfig
  signer: SessionSigner
  provePassword: ProveRecorded
}): Reauthenticate {
  const { store, commit, config, signer, provePassword } = parts
  return async (actor, password, finish) => {
    const known = await store.findUser(actor.userId)
    if (known === null) throw new AuthError('USER_NOT_FOUND')
    const { client, sessionId } = actor
    const proved = await provePassword(known, password, { client, sessionId, reason: 'reauthenticate' })
    const host = await signer.prepare(proved.user)
    const session = sessionId === null ? null : await store.findSession(sessionId)
    const now = await store.now()
    const issuedAt = toSeconds(now.getTime())
    const end = session === null ? null : sessionEnd(session.createdAt, config)
    const token = {
      jti: randomUUID(),
      issuedAt: new Date(issuedAt * 1000),
      expiresAt: earlier(expiry(issuedAt, config.accessTtlSeconds), end),
      fresh: true,
    }
    const access = signer.signExtraAccess(known, session, { ...token, authTime: now, host })
    const result = finish({ user: known, session, access, refresh: null })
    await commit(async (tx, _revoke, record) => {
      const row = await lockActor(tx, actor)
      if (row.version !== known.version) {
        throw changedMeanwhile()
      }
      if (proved.patch !== null) await tx.updateUser(row.id, proved.patch)
      const owner = { userId: row.id, sessionId }
      await tx.insertTokens([{ ...token, ...owner, type: 'access', freshUntil: null, ...UNMARKED }])
      record({ type: 'reauthenticate', at: now, by: actor, userId: row.id, tokenId: token.jti })
    }, actor.userId)
    return result
  }
}
