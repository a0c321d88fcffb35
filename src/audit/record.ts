import { sourceOf } from '../limits/source.js'
import type { AuditType, NewAuditRecord } from '../store/audit-record.js'
import type { Store } from '../store/contract.js'

/** From where somebody asks. */
export interface Source {
  readonly ip: string | null
  readonly userAgent: string | null
}

/** Who does something: a user, from somewhere; the command line; or the code that the server is part of. */
export type Agent =
  | {
      readonly kind: 'bearer'
      readonly userId: string
      readonly jti: string | null
      readonly sessionId: string | null
      readonly client: Source
    }
  | { readonly kind: 'operator' }
  | { readonly kind: 'host' }

/** What happened. Session and token are those concerned; by default those of whoever did it. */
export interface AuditEvent {
  readonly type: AuditType
  readonly at: Date
  readonly by: Agent
  /** The user concerned. Null: nobody knows whose token it was. */
  readonly userId: string | null
  readonly sessionId?: string | null
  readonly tokenId?: string | null
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** How many sessions. @default 1 */
  readonly count?: number
}

export function toAuditRecord({ by, ...event }: AuditEvent): NewAuditRecord {
  const bearer = by.kind === 'bearer' ? by : null
  return {
    at: event.at,
    type: event.type,
    actor: by.kind === 'bearer' ? 'user' : by.kind,
    actorId: bearer?.userId ?? null,
    userId: event.userId,
    sessionId: event.sessionId ?? bearer?.sessionId ?? null,
    tokenId: event.tokenId ?? bearer?.jti ?? null,
    ip: bearer?.client.ip ?? null,
    userAgent: bearer?.client.userAgent ?? null,
    reason: event.reason ?? null,
    details: event.details ?? null,
    count: event.count ?? 1,
  }
}

/** How long failures of one kind are counted in one row. */
const WINDOW_MS = 15 * 60_000

/** A password that was wrong, or whose account is unknown or disabled. */
export interface Failure {
  /** Null: nobody has that name. The name itself is not kept: it may be a password, typed in the wrong place. */
  readonly userId: string | null
  readonly client: Source
  /** Where it was given. */
  readonly reason: 'login' | 'reauthenticate' | 'change_password'
}

/**
 * Counts failures: one row for an account (all unknown names are one), a source (an address, an IPv6 /64) and a quarter
 * of an hour. So nobody fills the disk by guessing, and an unknown name costs what a known one does: one statement.
 */
export type RecordFailure = (failure: Failure) => Promise<void>

export function createRecordFailure(store: Pick<Store, 'countAuditRecord' | 'now'>): RecordFailure {
  return async ({ userId, client, reason }) => {
    const at = await store.now()
    const start = Math.floor(at.getTime() / WINDOW_MS)
    const bucket = JSON.stringify([start, reason, userId, sourceOf(client.ip)])
    await store.countAuditRecord(bucket, {
      ...{ at, type: 'login_failed', actor: 'nobody', actorId: null, userId, sessionId: null, tokenId: null },
      ...{ ip: client.ip, userAgent: client.userAgent, reason, details: null, count: 1 },
    })
  }
}
