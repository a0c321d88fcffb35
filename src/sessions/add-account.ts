import { insertAccount } from '../accounts/sign-up.js'
import { toAuditRecord } from '../audit/record.js'
import type { NewUser, Store } from '../store/contract.js'

/**
 * Adds an account without a sign-up, for the operator.
 * @throws {AuthError} `CONFLICT` when a name is taken.
 */
export async function addAccount(store: Pick<Store, 'transaction'>, user: NewUser): Promise<void> {
  const { id: userId, createdAt: at, roles } = user
  const event = { type: 'account_added', at, by: { kind: 'operator' }, userId, details: { roles } } as const
  await store.transaction(async (tx) => {
    await insertAccount(tx, user)
    await tx.insertAuditRecords([toAuditRecord(event)])
  })
}
