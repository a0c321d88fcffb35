import { setTimeout as wait } from 'node:timers/promises'
import { type AuditEvent, toAuditRecord } from '../audit/record.js'
import type { NewAuditRecord } from '../store/audit-record.js'
import type { Store } from '../store/contract.js'
import { StoreUnavailable } from '../store/failures.js'

/** Milliseconds before each attempt: a network fault, a restart or a failover is often over within seconds. */
const DELAYS_MS = [0, 500, 1_500]
/** More than the events of one user in the meantime. */
const MAX_EVENTS = 100

/**
 * Finds out whether a transaction whose COMMIT failed holds, by the audit rows that it wrote: the connection may have
 * died after the database committed. `unknown` when the database can't be queried.
 */
export type FindOutcome = (events: readonly AuditEvent[]) => Promise<'held' | 'absent' | 'unknown'>

export function createFindOutcome(store: Pick<Store, 'transaction'>): FindOutcome {
  /** Null when the transaction may still be running. */
  function look(userId: string, row: NewAuditRecord): Promise<boolean | null> {
    return store.transaction(async (tx) => {
      // Waits until the other transaction, which locked the same row, has ended.
      const user = await tx.lockUser(userId)
      const rows = await tx.listAuditRecords({ userId, type: row.type, limit: MAX_EVENTS })
      if (rows.some((one) => isSame(one, row))) return true
      return user === null ? null : false
    })
  }

  return async ([event]) => {
    if (event === undefined || event.userId === null) return 'unknown'
    const row = toAuditRecord(event)
    for (const delay of DELAYS_MS) {
      await wait(delay)
      try {
        const isThere = await look(event.userId, row)
        if (isThere !== null) return isThere ? 'held' : 'absent'
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
      }
    }
    return 'unknown'
  }
}

function isSame(one: NewAuditRecord, other: NewAuditRecord): boolean {
  const { sessionId, tokenId, actorId } = other
  if (one.sessionId !== sessionId || one.tokenId !== tokenId || one.actorId !== actorId) return false
  return one.at.getTime() === other.at.getTime()
}
