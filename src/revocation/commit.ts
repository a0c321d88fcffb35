import { type AuditEvent, toAuditRecord } from '../audit/record.js'
import type { NewRevocation, Store, Transaction } from '../store/contract.js'
import type { RevocationFeed } from './feed.js'

export type Revoke = (entry: NewRevocation) => void
export type RecordEvent = (event: AuditEvent) => void

/**
 * A transaction that changes somebody's credentials. What it hands to `revoke` is appended to the feed by the same
 * commit, as its last write, and is in force on this instance before the promise resolves. What it hands to `record`
 * is in the audit log by the same commit, or not at all.
 */
export type Commit = <T>(
  work: (tx: Transaction, revoke: Revoke, record: RecordEvent) => Promise<T>,
) => Promise<T>

export function createCommit(parts: {
  store: Pick<Store, 'transaction'>
  feed: Pick<RevocationFeed, 'apply'>
}): Commit {
  return async (work) => {
    const { result, appended } = await parts.store.transaction(async (tx) => {
      const entries: NewRevocation[] = []
      const events: AuditEvent[] = []
      const result = await work(
        tx,
        (entry) => entries.push(entry),
        (event) => events.push(event),
      )
      if (events.length > 0) await tx.insertAuditRecords(events.map(toAuditRecord))
      return { result, appended: entries.length === 0 ? [] : await tx.appendRevocations(entries) }
    })
    parts.feed.apply(appended)
    return result
  }
}
