import type { NewRevocation, Store, Transaction } from '../store/contract.js'
import type { RevocationFeed } from './feed.js'

/**
 * A transaction that may revoke. What it hands to `revoke` is appended to the feed by the same commit, as its last
 * write, and is in force on this instance before the promise resolves.
 */
export type CommitRevoking = <T>(
  work: (tx: Transaction, revoke: (entry: NewRevocation) => void) => Promise<T>,
) => Promise<T>

export function createCommitRevoking(parts: {
  store: Pick<Store, 'transaction'>
  feed: Pick<RevocationFeed, 'apply'>
}): CommitRevoking {
  return async (work) => {
    const { result, appended } = await parts.store.transaction(async (tx) => {
      const entries: NewRevocation[] = []
      const result = await work(tx, (entry) => entries.push(entry))
      return { result, appended: entries.length === 0 ? [] : await tx.appendRevocations(entries) }
    })
    parts.feed.apply(appended)
    return result
  }
}
