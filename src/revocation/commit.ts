import { type AuditEvent, toAuditRecord } from '../audit/record.js'
import type { Store, Transaction } from '../store/contract.js'
import { StoreOutcomeUnknown, StoreUnavailable } from '../store/failures.js'
import type { NewRevocation, RevocationEntry } from '../store/revocation-record.js'
import { createFindOutcome } from './commit-outcome.js'
import type { RevocationFeed } from './feed.js'

export type Revoke = (entry: NewRevocation) => void
export type RecordEvent = (event: AuditEvent) => void

/**
 * Runs a transaction that changes a user's credentials. Entries passed to `revoke` are appended to the feed by the same
 * commit, as its last write, and are in force on this instance before the promise resolves. Events passed to `record`
 * are in the audit log by the same commit, or not at all. `userId` names the user whose row is locked: changes of one
 * account wait for their turn.
 */
export type Commit = <T>(work: Work<T>, userId?: string) => Promise<T>

export type Work<T> = (tx: Transaction, revoke: Revoke, record: RecordEvent) => Promise<T>

export function createCommit(parts: {
  store: Pick<Store, 'transaction'>
  feed: Pick<RevocationFeed, 'apply'>
  /** @default runs the work at once */
  takeTurn?: <T>(userId: string, work: () => Promise<T>) => Promise<T>
}): Commit {
  const { store, feed, takeTurn } = parts
  const findOutcome = createFindOutcome(store)

  /** Resolves when the transaction holds although its COMMIT failed. Otherwise it throws. */
  async function requireHeld(error: unknown, events: readonly AuditEvent[]): Promise<void> {
    if (!(error instanceof StoreOutcomeUnknown)) throw error
    const outcome = await findOutcome(events)
    if (outcome === 'unknown') throw error
    if (outcome === 'absent') throw new StoreUnavailable('nothing was committed', { cause: error })
  }

  async function commit<T>(work: Work<T>): Promise<T> {
    let done: { result: T; events: AuditEvent[]; appended: RevocationEntry[] } | undefined
    try {
      await store.transaction(async (tx) => {
        const entries: NewRevocation[] = []
        const events: AuditEvent[] = []
        const result = await work(
          tx,
          (entry) => entries.push(entry),
          (event) => events.push(event),
        )
        if (events.length > 0) await tx.insertAuditRecords(events.map(toAuditRecord))
        const appended = entries.length === 0 ? [] : await tx.appendRevocations(entries)
        done = { result, events, appended }
      })
    } catch (error) {
      if (done === undefined) throw error
      await requireHeld(error, done.events)
    }
    const { result, appended } = done as unknown as NonNullable<typeof done>
    feed.apply(appended)
    return result
  }

  return (work, userId) =>
    takeTurn === undefined || userId === undefined ? commit(work) : takeTurn(userId, () => commit(work))
}
