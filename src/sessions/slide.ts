import { randomUUID } from 'node:crypto'
import { isEnabled } from '../accounts/authenticate.js'
import type { Source } from '../audit/record.js'
import type { Claims } from '../base/claims.js'
import { type Clock, toSeconds } from '../base/clock.js'
import type { TokenConfig } from '../base/options.js'
import type { Commit } from '../revocation/commit.js'
import type { SessionRecord, Store, TokenRecord, UserRecord } from '../store/contract.js'
import type { Finish } from './issued.js'
import { earlier, expiry, isPast, sessionEnd } from './limits.js'
import type { SessionSigner } from './sign.js'

/** Extends sessions in use: an access token past the threshold of its lifetime gets a successor. */
export interface Sliding {
  /** Whether a live access token of a session is past the threshold. Needs no query. */
  isDue(claims: Claims): boolean
  /**
   * Returns the token's only successor: the first request makes it, and later ones sign it again. It is not fresh, and
   * has the session's `auth_time`. None is made once the session's refresh token has expired; an existing one is still
   * returned then. Null when there is none, or it was revoked.
   */
  slide<T>(claims: Claims, bearer: { subject: string; client: Source }, finish: Finish<T>): Promise<T | null>
}

/** The rows as read before the lock. */
interface Known {
  readonly token: TokenRecord
  readonly session: SessionRecord
  readonly user: UserRecord
}

export function createSliding(parts: {
  store: Store
  commit: Commit
  clock: Clock
  config: TokenConfig
  signer: SessionSigner
}): Sliding | null {
  const { store, clock, config, signer } = parts
  const threshold = config.slidingThreshold
  if (threshold === null) return null

  async function find(jti: string, sessionId: string, subject: string): Promise<Known | null> {
    const token = await store.findToken(jti)
    if (token === null || token.revokedAt !== null || token.sessionId !== sessionId) return null
    const session = await store.findSession(sessionId)
    const user = await store.findUser(subject)
    if (session === null || user === null || session.userId !== user.id || !isEnabled(user)) return null
    return { token, session, user }
  }

  /** Null when the successor would not outlive the token, or the session has ended. */
  function plan({ token, session }: Known, now: Date): TokenRecord | null {
    if (session.revokedAt !== null || isPast(session.refreshExpiresAt, now)) return null
    const issuedAt = toSeconds(now.getTime())
    const ends = earlier(expiry(issuedAt, config.accessTtlSeconds), sessionEnd(session.createdAt, config))
    if (ends === null || token.expiresAt === null || ends.getTime() <= token.expiresAt.getTime()) return null
    return {
      ...token,
      jti: randomUUID(),
      issuedAt: new Date(issuedAt * 1000),
      expiresAt: ends,
      fresh: false,
      freshUntil: null,
    }
  }

  /** False when the token has a successor or was revoked, or its session or account ended or changed. */
  async function insert(
    known: Known,
    successor: TokenRecord,
    { now, client }: { now: Date; client: Source },
  ): Promise<boolean> {
    return parts.commit(async (tx, _revoke, record) => {
      const user = await tx.lockUser(known.user.id)
      const session = await tx.findSession(known.session.id)
      // The successor is already signed, from the rows before the lock.
      if (user === null || !isEnabled(user) || user.version !== known.user.version) return false
      if (session === null || session.revokedAt !== null) return false
      if (!(await tx.setSuccessor(known.token.jti, successor.jti))) return false
      await tx.insertTokens([successor])
      await tx.touchSession(session.id, now)
      const by = {
        kind: 'bearer',
        userId: user.id,
        jti: successor.jti,
        sessionId: session.id,
        client,
      } as const
      record({ type: 'refresh', at: now, by, userId: user.id, reason: 'sliding' })
      return true
    }, known.user.id)
  }

  /** Makes the successor, or finds the one that a concurrent request made. */
  async function succeed<T>(
    known: Known,
    client: Source,
    sign: (successor: TokenRecord) => T,
  ): Promise<T | null> {
    let { successorJti } = known.token
    if (successorJti === null) {
      const now = await store.now()
      const successor = plan(known, now)
      if (successor === null) return null
      const signed = sign(successor)
      if (await insert(known, successor, { now, client })) return signed
      successorJti = (await store.findToken(known.token.jti))?.successorJti ?? null
    }
    const successor = successorJti === null ? null : await store.findToken(successorJti)
    return successor === null || successor.revokedAt !== null ? null : sign(successor)
  }

  return {
    isDue({ jti, sid, iat, exp }) {
      if (jti === undefined || sid === undefined || iat === undefined || exp === undefined) return false
      return clock.now() / 1000 - iat >= (exp - iat) * threshold
    },

    async slide({ jti, sid, account_version: version }, { subject, client }, finish) {
      const known = jti === undefined || sid === undefined ? null : await find(jti, sid, subject)
      if (known === null) return null
      const { user, session } = known
      // The roles changed: a successor would have the new version, and outlive that change.
      if (version !== undefined && version !== user.version) return null
      const { authTime } = session
      const host = await signer.prepare(user)
      return succeed(known, client, (successor) => {
        const access = signer.signExtraAccess(user, session, { ...successor, fresh: false, authTime, host })
        return finish({ user, session, access, refresh: null })
      })
    },
  }
}
