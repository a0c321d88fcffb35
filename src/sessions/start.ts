import { randomUUID } from 'node:crypto'
import { type Authenticated, type Authenticator, isEnabled } from '../accounts/authenticate.js'
import type { Credentials } from '../accounts/credentials.js'
import { ensureUser } from '../accounts/external.js'
import { insertAccount } from '../accounts/sign-up.js'
import type { RecordFailure, Source } from '../audit/record.js'
import { AuthError } from '../base/errors.js'
import type { TokenConfig } from '../base/options.js'
import type { Commit } from '../revocation/commit.js'
import type { NewUser, SessionRecord, Store, Transaction, UserRecord } from '../store/contract.js'
import { changedMeanwhile } from './changed-meanwhile.js'
import type { Actor, Finish, Issued } from './issued.js'
import { limitSessions } from './limit-sessions.js'
import type { Lives } from './limits.js'
import { accessRow, mintPair, refreshRow } from './pair.js'
import type { HostParts, SessionSigner } from './sign.js'

const ATTEMPTS = 3

export interface Origin extends Source {
  readonly device: string | null
}

/** Starts sessions, each with a fresh access token and a refresh token. */
export interface SessionStarter {
  logIn<T>(credentials: Credentials, client: Source, finish: Finish<T>): Promise<T>
  signUp<T>(user: NewUser, origin: Origin, finish: Finish<T>): Promise<T>
  /** Makes a new session with its tokens. Nothing is written yet. */
  begin(user: UserRecord, origin: Origin, start: { now: Date; host: HostParts }): Started
  /** Inserts the session, in a transaction that has locked the user's row and found its `version` unchanged. */
  insert(tx: Transaction, session: SessionRecord): Promise<void>
}

export type Started = Issued & { readonly session: SessionRecord }

export function createSessionStarter(parts: {
  store: Pick<Store, 'findUser' | 'insertUser' | 'now'>
  commit: Commit
  recordFailure: RecordFailure
  config: TokenConfig
  signer: SessionSigner
  authenticator: Authenticator
}): SessionStarter {
  const { store, commit, config, signer, authenticator } = parts

  async function insert(tx: Transaction, session: SessionRecord): Promise<void> {
    await tx.insertSession(session)
    await tx.insertTokens([accessRow(session, true), refreshRow(session)])
  }

  function begin(user: UserRecord, origin: Origin, { now, host }: { now: Date; host: HostParts }): Started {
    const session = newSession(user.id, origin, now, config)
    return {
      user,
      session,
      access: signer.signAccess(user, session, { fresh: true, host }),
      refresh: signer.signRefresh(session, host),
    }
  }

  /** Null when the row changed while the password was being checked. */
  async function tryLogIn<T>(
    proved: Authenticated,
    origin: Origin,
    finish: Finish<T>,
  ): Promise<{ result: T } | null> {
    const now = await store.now()
    const user = { ...proved.user, ...proved.patch }
    const started = begin(user, origin, { now, host: await signer.prepare(user, proved.identity) })
    const result = finish(started)
    if (proved.isNew === true) await ensureUser(store, user.id)
    return commit(async (tx, revoke, record) => {
      const row = await tx.lockUser(user.id)
      if (row === null || row.version !== user.version || !isEnabled(row)) return null
      if (proved.patch !== null) await tx.updateUser(user.id, proved.patch)
      await insert(tx, started.session)
      const by = bearerOf(started.session, origin)
      record({ type: 'login', at: now, by, userId: user.id })
      await limitSessions(
        tx,
        { revoke, record },
        { userId: user.id, sessionId: started.session.id, at: now, by, config },
      )
      return { result }
    }, user.id)
  }

  async function authenticate(credentials: Credentials, client: Source): Promise<Authenticated> {
    try {
      return await authenticator.authenticate(credentials, client.ip)
    } catch (error) {
      if (error instanceof AuthError && error.code === 'INVALID_CREDENTIALS') {
        const userId = await authenticator.findNamedId(credentials)
        await parts.recordFailure({ userId, client, reason: 'login' })
      }
      throw error
    }
  }

  return {
    begin,
    insert,

    async logIn(credentials, client, finish) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const proved = await authenticate(credentials, client)
        const done = await tryLogIn(proved, { ...client, device: credentials.device }, finish)
        if (done !== null) return done.result
      }
      throw changedMeanwhile()
    },

    async signUp(user, origin, finish) {
      const host = await signer.prepare(user)
      const now = await store.now()
      const started = begin(user, origin, { now, host })
      const result = finish(started)
      await commit(async (tx, _revoke, record) => {
        await insertAccount(tx, user)
        await insert(tx, started.session)
        record({ type: 'signup', at: now, by: bearerOf(started.session, origin), userId: user.id })
      }, user.id)
      return result
    },
  }
}

/** The bearer of a session that has just begun. */
export function bearerOf({ id, userId, accessJti }: SessionRecord, client: Source): Actor {
  return { kind: 'bearer', userId, jti: accessJti, sessionId: id, client }
}

export function newSession(userId: string, origin: Origin, now: Date, config: Lives): SessionRecord {
  return {
    ...mintPair(now, config, now),
    id: randomUUID(),
    userId,
    device: origin.device,
    ip: origin.ip,
    userAgent: origin.userAgent,
    csrf: randomUUID(),
    authTime: now,
    createdAt: now,
    lastUsedAt: now,
    revokedAt: null,
    revokedReason: null,
  }
}
