import { sourceOf } from '../limits/source.js'
import type { AuditType, NewAuditRecord } from '../store/audit-record.js'
import type { Store } from '../store/contract.js'

/** Where a request comes from. */
export interface Source {
  readonly ip: string | null
  readonly userAgent: string | null
}

/** The actor: a user and where they are; the command line; or the host application. */
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

/** The event. `sessionId` and `tokenId` are those of the actor unless given. */
export interface AuditEvent {
  readonly type: AuditType
  readonly at: Date
  readonly by: Agent
  /** The user concerned. Null when the token's owner is unknown. */
  readonly userId: string | null
  readonly sessionId?: string | null
  readonly tokenId?: string | null
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** The number of sessions. @default 1 */
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

/** A wrong password, or one for an unknown or disabled account. */
export interface Failure {
  /** Null for an unknown name. The name itself is not stored: it may be a password typed in the wrong field. */
  readonly userId: string | null
  readonly client: Source
  /** Where the password was given. */
  readonly reason: 'login' | 'reauthenticate' | 'change_password'
}

/**
 * Counts failures in one row for an account (all unknown names share one), a source (an address, or an IPv6 /64) and a
 * quarter of an hour. So guessing does not fill the disk, and an unknown name costs the same one statement as a known
 * one.
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
