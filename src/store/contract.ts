import type { TokenType } from '../base/claims.js'
import type { Counters } from '../base/counters.js'
import type { AuditStatements } from './audit-record.js'
import type { NamePage, TokenPage, UserPage } from './pages.js'
import type { NewRevocation, RevocationEntry, RevocationPage } from './revocation-record.js'

/** An account. For an identity that the host authenticates, a bare row: an id and a `version`, nothing else. */
export interface UserRecord {
  id: string
  username: string | null
  email: string | null
  passwordHash: string | null
  roles: readonly string[]
  /** Raised by whatever must end a login that is under way: password change, disabling, deletion, roles, revoke-all. */
  version: number
  createdAt: Date
  disabledAt: Date | null
  deletedAt: Date | null
}

/** `usernameKey` and `emailKey` are the normalised forms; each is unique. */
export interface NewUser extends UserRecord {
  usernameKey: string | null
  emailKey: string | null
}

export type UserPatch = Partial<Omit<NewUser, 'id' | 'createdAt'>>

/** The ids and times of the tokens that a session would answer now; a lost answer is signed again from these. */
export interface TokenPair {
  accessJti: string
  refreshJti: string
  issuedAt: Date
  /** Null: never expires. */
  accessExpiresAt: Date | null
  refreshExpiresAt: Date | null
}

/** One login: a family of tokens. */
export interface SessionRecord extends TokenPair {
  id: string
  userId: string
  device: string | null
  ip: string | null
  userAgent: string | null
  /** The double-submit value, the same in every token of the session. */
  csrf: string
  /** When the password was given. Refreshing never changes it. */
  authTime: Date
  createdAt: Date
  lastUsedAt: Date
  revokedAt: Date | null
  revokedReason: RevokedReason | null
}

/**
 * Why a token or session ended. Only `owner` and `admin` are a `revoke(jti)`, which `unrevoke` takes back.
 */
export type RevokedReason =
  | 'owner'
  | 'admin'
  | 'logout'
  | 'session_revoked'
  | 'refresh_reused'
  | 'password_changed'
  | 'account_deleted'
  | 'account_disabled'
  | 'superseded'
  | 'session_limit'

/** Every issued token, access tokens included, is a row until it expires. */
export interface TokenRecord {
  jti: string
  type: TokenType
  userId: string
  sessionId: string | null
  /** As in the claim, in milliseconds where it is a time: `freshUntil` with `fresh` true. */
  fresh: boolean
  freshUntil: Date | null
  issuedAt: Date
  expiresAt: Date | null
  /** When a refresh token was exchanged for its successor. */
  rotatedAt: Date | null
  /** The access token that took its place by sliding. */
  successorJti: string | null
  /** When the token was revoked, by itself or with its session. */
  revokedAt: Date | null
  revokedReason: RevokedReason | null
}

/** A user, and the normalised name by which they were found. */
export interface NamedUser {
  user: UserRecord
  key: string
}

/** Single statements. Each is atomic by itself; within `transaction` they hold or fall together. */
export interface Statements extends AuditStatements, Counters {
  /** Throws `StoreConflict` when a name is taken. */
  insertUser(user: NewUser): Promise<void>
  findUser(id: string): Promise<UserRecord | null>
  findUserByUsername(usernameKey: string): Promise<UserRecord | null>
  findUserByEmail(emailKey: string): Promise<UserRecord | null>
  /** Deleted ones too. */
  listUsers(page: UserPage): Promise<UserRecord[]>
  /** Each user once. By index: what is read is what begins so. */
  findUsersByPrefix(page: NamePage): Promise<NamedUser[]>
  /** Throws `StoreConflict` when a name is taken. */
  updateUser(id: string, patch: UserPatch): Promise<void>

  insertSession(session: SessionRecord): Promise<void>
  findSession(id: string): Promise<SessionRecord | null>
  /** Sessions that are neither ended nor past their refresh token's life at `now`, newest first, at most `limit`. */
  listLiveSessions(page: { userId: string; now: Date; limit: number }): Promise<SessionRecord[]>
  /** Returns the ids of a user's live sessions but this one and the `beyond` newest, newest first, at most `limit`. */
  listOldestSessions(page: {
    userId: string
    exceptId: string
    now: Date
    beyond: number
    limit: number
  }): Promise<string[]>
  /** Sessions of these users that began after `since`, or ended after it: by a change, or by their idle limit. Oldest first. */
  listSessionChanges(of: { userIds: readonly string[]; since: Date; now: Date }): Promise<SessionRecord[]>
  /**
   * The compare-and-set of rotation: replaces the pair if `fromRefreshJti` is still the current one, the session
   * is not ended and its refresh token's life is not past at `now`; `lastUsedAt` becomes `now`. Answers the session as
   * it is then; null: it was not replaced.
   */
  rotateSession(change: {
    id: string
    userId: string
    fromRefreshJti: string
    pair: TokenPair
    now: Date
  }): Promise<SessionRecord | null>
  touchSession(id: string, lastUsedAt: Date): Promise<void>
  /**
   * Ends live sessions and returns them. Their tokens' rows stay as they are, however many there are: each is read as
   * revoked from then on. Sessions past their refresh token's life end too, until they are pruned: an access token may
   * outlive it. Several statements if `ids` are many: atomic only within a transaction.
   */
  endSessions(change: {
    userId: string
    /** Only these; absent: all of the user's. */
    ids?: readonly string[]
    /** All but this one. */
    exceptId?: string
    at: Date
    reason: RevokedReason
  }): Promise<Pick<SessionRecord, 'id' | 'accessExpiresAt'>[]>

  /**
   * Ends all of a user's live sessions, as `endSessions` does, by one statement that returns no rows. `lastAccessExpiry`:
   * of their own access tokens; null: one never expires; undefined: no session ended.
   */
  endAllSessions(change: {
    userId: string
    at: Date
    reason: RevokedReason
  }): Promise<{ count: number; lastAccessExpiry: Date | null | undefined }>

  insertTokens(tokens: readonly TokenRecord[]): Promise<void>
  findToken(jti: string): Promise<TokenRecord | null>
  /** Newest first: by issuedAt descending, then jti descending. */
  listTokens(page: TokenPage): Promise<TokenRecord[]>
  /** Marks a refresh token exchanged, unless it was exchanged before, or revoked by itself. False: it was. */
  markRotated(change: { jti: string; at: Date; evenIfRevoked: boolean }): Promise<boolean>
  /** Deletes refresh tokens of a session that were exchanged before this time, at most `limit`. */
  deleteSpent(of: { sessionId: string; before: Date; limit: number }): Promise<void>
  /**
   * The compare-and-set of sliding: names an access token's successor, unless it has one or was revoked by itself.
   * False: it does, or was, or there is no such token. The caller checks the session.
   */
  setSuccessor(jti: string, successorJti: string): Promise<boolean>
  /** Revokes this token alone. False: it was revoked by itself before. The caller checks the session. */
  markRevoked(jti: string, at: Date, reason: RevokedReason): Promise<boolean>
  /**
   * Marks the user's tokens that belong to no session revoked, also those that a person revoked and could take back; until they are pruned also those that have expired:
   * leeway may let them live. Answers those that it marked.
   */
  revokeSessionless(change: {
    userId: string
    at: Date
    reason: RevokedReason
  }): Promise<Pick<TokenRecord, 'jti' | 'expiresAt'>[]>
  clearRevoked(jti: string): Promise<void>
  /**
   * Marks the user's live access tokens superseded, of a session and of none, and returns them. What a person revoked
   * stays so, and cannot be taken back any more.
   */
  supersedeAccess(change: {
    userId: string
    at: Date
  }): Promise<Pick<TokenRecord, 'jti' | 'issuedAt' | 'expiresAt'>[]>

  /** Lines of the feed with an id above `afterId`, in order of id, at most `limit`. */
  readRevocations(afterId: number, limit: number): Promise<RevocationPage>
}

/** What only a transaction may do. */
export interface Transaction extends Statements {
  /**
   * Reads a user's row and holds its lock until the transaction ends. Whatever issues or ends a user's tokens begins
   * with this, so that all of it is in one order for each user.
   */
  lockUser(id: string): Promise<UserRecord | null>
  /**
   * Whether somebody else who is enabled holds the role. Nobody else is answered until the transaction ends: of two who
   * give it up at once, the second sees what the first did. After every `lockUser`.
   */
  isHeldByAnother(role: string, userId: string): Promise<boolean>
  /**
   * Appends to the feed, holding the feed's lock until the transaction ends, so that ids become visible in order.
   * Answers the lines with their ids. The last write of a transaction.
   */
  appendRevocations(entries: readonly NewRevocation[]): Promise<RevocationEntry[]>
}

/** Users, sessions, tokens and the revocation feed, on SQLite or PostgreSQL. */
export interface Store extends Statements {
  readonly provider: 'sqlite' | 'postgresql'
  /**
   * All or nothing; what `work` throws is thrown again after the rollback. It awaits nothing but SQL. A statement that
   * fails fails the transaction, also when `work` catches its error.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** The database's clock, which judges windows and limits; the injected one where there is one. */
  now(): Promise<Date>
  /** Writes rows that belong to this store alone, in one statement. Throws what any write throws. */
  checkWritable(rows: number): Promise<void>
  /**
   * Deletes expired feed lines, tokens and counters, and sessions without a token that are over, at most `limit` of each. A
   * session is over when its refresh token's life is past or, where that never ends, when it was ended.
   */
  prune(before: Date, limit: number): Promise<Record<Pruned, number>>
  /** Lets go of the database. Whatever is asked of the store afterwards is `StoreUnavailable`. */
  close(): Promise<void>
}

export type Pruned = 'revocations' | 'tokens' | 'sessions' | 'counters'
