import { randomUUID } from 'node:crypto'
import { type Authenticated, type Authenticator, isEnabled } from '../accounts/authenticate.js'
import type { Credentials } from '../accounts/credentials.js'
import { insertAccount } from '../accounts/sign-up.js'
import type { RecordFailure, Source } from '../audit/record.js'
import { AuthError } from '../base/errors.js'
import type { TokenConfig } from '../base/options.js'
import type { Commit } from '../revocation/commit.js'
import type { NewUser, SessionRecord, Store, Transaction, UserRecord } from '../store/contract.js'
import type { Actor, Issued } from './issued.js'
import type { Lives } from './limits.js'
import { accessRow, mintPair, refreshRow } from './pair.js'
import type { HostParts, SessionSigner } from './sign.js'

const ATTEMPTS = 3

export interface Origin extends Source {
  readonly device: string | null
}

/** The ways in: each starts a session, with a fresh access token and a refresh token. */
export interface SessionStarter {
  logIn(credentials: Credentials, client: Source): Promise<Issued>
  signUp(user: NewUser, origin: Origin): Promise<Issued>
  /** Within a transaction that has locked the user's row. Sign with `signStarted` once it is committed. */
  insert(tx: Transaction, user: UserRecord, origin: Origin, now: Date): Promise<SessionRecord>
  signStarted(user: UserRecord, session: SessionRecord, host: HostParts): Issued
}

export function createSessionStarter(parts: {
  store: Pick<Store, 'now'>
  commit: Commit
  recordFailure: RecordFailure
  config: TokenConfig
  signer: SessionSigner
  authenticator: Authenticator
}): SessionStarter {
  const { store, commit, config, signer, authenticator } = parts

  async function insert(
    tx: Transaction,
    user: UserRecord,
    origin: Origin,
    now: Date,
  ): Promise<SessionRecord> {
    const session = newSession(user.id, origin, now, config)
    await tx.insertSession(session)
    await tx.insertTokens([accessRow(session, true), refreshRow(session)])
    return session
  }

  function signStarted(user: UserRecord, session: SessionRecord, host: HostParts): Issued {
    return {
      user,
      session,
      access: signer.signAccess(user, session, { fresh: true, host }),
      refresh: signer.signRefresh(session, host),
    }
  }

  /** Null: the row changed while the password was being checked. */
  async function tryLogIn(proved: Authenticated, origin: Origin): Promise<Issued | null> {
    const now = await store.now()
    const user = { ...proved.user, ...proved.patch }
    const host = await signer.prepare(user)
    const session = await commit(async (tx, _revoke, record) => {
      const row = await tx.lockUser(user.id)
      if (row === null || row.version !== user.version || !isEnabled(row)) return null
      if (proved.patch !== null) await tx.updateUser(user.id, proved.patch)
      const session = await insert(tx, user, origin, now)
      record({ type: 'login', at: now, by: bearerOf(session, origin), userId: user.id })
      return session
    })
    return session && signStarted(user, session, host)
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
    insert,
    signStarted,

    async logIn(credentials, client) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const proved = await authenticate(credentials, client)
        const issued = await tryLogIn(proved, { ...client, device: credentials.device })
        if (issued !== null) return issued
      }
      throw new AuthError('CONFLICT', { message: 'The account is being changed; try again.' })
    },

    async signUp(user, origin) {
      const host = await signer.prepare(user)
      const now = await store.now()
      const session = await commit(async (tx, _revoke, record) => {
        await insertAccount(tx, user)
        const session = await insert(tx, user, origin, now)
        record({ type: 'signup', at: now, by: bearerOf(session, origin), userId: user.id })
        return session
      })
      return signStarted(user, session, host)
    },
  }
}

/** Whoever has just begun a session. */
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
