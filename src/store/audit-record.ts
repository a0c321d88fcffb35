/** What happened to somebody's credentials. */
export type AuditType =
  | 'signup'
  | 'login'
  | 'login_failed'
  | 'refresh'
  | 'refresh_reused'
  | 'reauthenticate'
  | 'logout'
  | 'token_issued'
  | 'token_revoked'
  | 'token_unrevoked'
  | 'session_revoked'
  | 'sessions_revoked'
  | 'password_changed'
  | 'account_added'
  | 'account_deleted'
  | 'account_disabled'
  | 'account_enabled'
  | 'roles_set'

/** A row of the audit log. */
export interface AuditRecord {
  id: number
  at: Date
  type: AuditType
  /** Who did it. `operator`: the command line; `host`: the code that the server is part of. */
  actor: 'user' | 'operator' | 'host' | 'nobody'
  actorId: string | null
  /** The user concerned. Null: of an unknown name, which is not kept. */
  userId: string | null
  sessionId: string | null
  tokenId: string | null
  ip: string | null
  userAgent: string | null
  reason: string | null
  details: Readonly<Record<string, unknown>> | null
  /** How many failures, or how many sessions. */
  count: number
  /** When the last of the failures was. */
  lastAt: Date | null
}

export type NewAuditRecord = Omit<AuditRecord, 'id' | 'lastAt'>

export interface AuditPage {
  userId?: string
  type?: AuditRecord['type']
  /** Only rows with a lower id. */
  afterId?: number
  limit: number
}

export interface AuditStatements {
  insertAuditRecords(records: readonly NewAuditRecord[]): Promise<void>
  /** The first of a bucket inserts the row, whoever follows raises its `count` and sets `lastAt`: one statement. */
  countAuditRecord(bucket: string, record: NewAuditRecord): Promise<void>
  /** Newest first: by id, descending. */
  listAuditRecords(page: AuditPage): Promise<AuditRecord[]>
  /** Deletes rows from before this time, at most `limit`; answers how many. */
  pruneAudit(before: Date, limit: number): Promise<number>
}
