import { isEnabled } from '../accounts/authenticate.js'
import type { Source } from '../audit/record.js'
import { AuthError } from '../base/errors.js'
import type { TokenConfig } from '../base/options.js'
import type { Commit } from '../revocation/commit.js'
import type { SessionRecord, Store, Transaction, UserRecord } from '../store/contract.js'
import { StoreOutcomeUnknown } from '../store/failures.js'
import { changedMeanwhile } from './changed-meanwhile.js'
import { endSessions } from './end.js'
import type { Finish, GenuineToken, Issued } from './issued.js'
import { judgeRefresh } from './judge-refresh.js'
import { isPast, sessionEnd } from './limits.js'
import { accessRow, mintPair, refreshRow } from './pair.js'
import type { HostParts, SessionSigner } from './sign.js'
import { createUnanswered, REMEMBERED_MS } from './unanswered.js'

/**
 * Exchanges a verified refresh token for the session's next pair.
 * @throws {AuthError} `SESSION_ENDED` for an ended one; `REFRESH_REUSED`, which ends the session, for one that was
 * exchanged before the reuse window.
 */
export type Rotate = <T>(token: GenuineToken, client: Source, finish: Finish<T>) => Promise<T>

type Outcome<T> = { kind: 'pair'; result: T } | { kind: 'reused' } | { kind: 'ended' } | { kind: 'changed' }

const ATTEMPTS = 3

/**
 * How long the row of an exchanged refresh token is kept: as long as its client may be owed the pair. Afterwards its
 * signature and the session's younger pair show that it was exchanged.
 */
const SPENT_KEPT_MS = REMEMBERED_MS
/** The most rows that one refresh deletes, so that a heavily used session is not slower. */
const SPENT_BATCH = 100

/** The user as the host's hooks saw them, and the results of the hooks. */
interface Prepared {
  readonly version: number
  readonly host: HostParts
}

interface Presented {
  readonly jti: string
  readonly sessionId: string
  readonly userId: string
  readonly iat: number | undefined
}

export function createRotate(parts: {
  store: Store
  commit: Commit
  config: TokenConfig
  signer: SessionSigner
}): Rotate {
  const { store, commit, config, signer } = parts
  const unanswered = createUnanswered(config)

  /** The session's start, if it limits the session's end. Null when the session is past that end, or does not exist. */
  async function findStart(tx: Transaction, token: Presented, now: Date): Promise<Date | null> {
    if (config.sessionMaxAgeSeconds === null) return now
    const session = await tx.findSession(token.sessionId)
    if (session === null || isPast(sessionEnd(session.createdAt, config), now)) return null
    return session.createdAt
  }

  /** Null when nothing was exchanged: the token is not the session's current one, or the session has ended. */
  async function exchange(
    tx: Transaction,
    token: Presented,
    { now, createdAt }: { now: Date; createdAt: Date },
  ): Promise<SessionRecord | null> {
    const pair = mintPair(now, config, createdAt)
    const session = await tx.rotateSession({
      id: token.sessionId,
      userId: token.userId,
      fromRefreshJti: token.jti,
      pair,
      now,
    })
    if (session === null) return null
    const evenIfRevoked = config.checks === 'none'
    const wasLive = await tx.markRotated({ jti: token.jti, at: now, evenIfRevoked })
    // The token alone was revoked. The rollback leaves the session as it was.
    if (!wasLive) throw new AuthError('SESSION_ENDED')
    await tx.insertTokens([accessRow(session, false), refreshRow(session)])
    const before = new Date(now.getTime() - SPENT_KEPT_MS)
    if (session.createdAt < before)
      await tx.deleteSpent({ sessionId: session.id, before, limit: SPENT_BATCH })
    return session
  }

  /** Synchronous, so that it runs before the commit: if it throws, the refresh token stays unspent. */
  function sign(user: UserRecord, session: SessionRecord, host: HostParts): Issued {
    const access = signer.signAccess(user, session, { fresh: false, host })
    return { user, session, access, refresh: signer.signRefresh(session, host) }
  }

  /**
   * Decides about a token that is not the current one: soon after its own exchange it gets the session's current pair.
   */
  async function judgeReplay(
    tx: Transaction,
    user: UserRecord,
    token: Presented,
    now: Date,
  ): Promise<SessionRecord | 'reused' | 'ended'> {
    const row = await tx.findToken(token.jti)
    const session = await tx.findSession(token.sessionId)
    const isOwed = session !== null && unanswered.isOwed(token.jti, session.refreshJti, now)
    const state = judgeRefresh({ iat: token.iat, row, session, user, isOwed }, config, now)
    if (state === 'rotated' && session !== null) {
      unanswered.answer(token.jti, now)
      return session
    }
    return state === 'reused' ? 'reused' : 'ended'
  }

  async function decide<T>(
    token: Presented,
    client: Source,
    { version, host, finish }: Prepared & { finish: Finish<T> },
  ): Promise<Outcome<T>> {
    const now = await store.now()
    const by = {
      kind: 'bearer',
      userId: token.userId,
      jti: token.jti,
      sessionId: token.sessionId,
      client,
    } as const
    const made: SessionRecord[] = []
    const decided = commit<Outcome<T>>(async (tx, revoke, record) => {
      const user = await tx.lockUser(token.userId)
      if (user === null || !isEnabled(user)) return { kind: 'ended' }
      if (user.version !== version) return { kind: 'changed' }
      const pair = (session: SessionRecord) =>
        ({ kind: 'pair', result: finish(sign(user, session, host)) }) as const
      const createdAt = await findStart(tx, token, now)
      if (createdAt === null) return { kind: 'ended' }
      const session = await exchange(tx, token, { now, createdAt })
      if (session !== null) {
        record({ type: 'refresh', at: now, by, userId: user.id })
        made.push(session)
        return pair(session)
      }
      const found = await judgeReplay(tx, user, token, now)
      if (found === 'reused') {
        await endSessions(tx, revoke, {
          userId: user.id,
          ids: [token.sessionId],
          at: now,
          reason: 'refresh_reused',
          lives: config,
        })
        record({ type: 'refresh_reused', at: now, by, userId: user.id })
      }
      return typeof found === 'string' ? { kind: found } : pair(found)
    }, token.userId)
    return decided.catch((error: unknown) => {
      if (error instanceof StoreOutcomeUnknown) {
        for (const { refreshJti } of made) unanswered.add(token.jti, refreshJti, now)
      }
      throw error
    })
  }

  /** Calls the host's hooks before the transaction: if one fails, the refresh token stays unspent. */
  async function prepare(userId: string): Promise<Prepared | null> {
    const user = await store.findUser(userId)
    if (user === null || !isEnabled(user)) return null
    return { version: user.version, host: await signer.prepare(user) }
  }

  return async ({ subject, claims }, client, finish) => {
    // Minted elsewhere under our key: genuine, but there is nothing to exchange.
    if (claims.jti === undefined || claims.sid === undefined) throw new AuthError('SESSION_ENDED')
    const token = { jti: claims.jti, sessionId: claims.sid, userId: subject, iat: claims.iat }
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const prepared = await prepare(subject)
      if (prepared === null) throw new AuthError('SESSION_ENDED')
      const outcome = await decide(token, client, { ...prepared, finish })
      if (outcome.kind === 'pair') return outcome.result
      if (outcome.kind === 'ended') throw new AuthError('SESSION_ENDED')
      if (outcome.kind === 'reused') throw new AuthError('REFRESH_REUSED')
    }
    throw changedMeanwhile()
  }
}
