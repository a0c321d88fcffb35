import type { Agent } from '../audit/record.js'
import type { RecordEvent, Revoke } from '../revocation/commit.js'
import type { Transaction } from '../store/contract.js'
import { endSessions } from './end.js'
import type { TokenLives } from './limits.js'

/**
 * Ends a user's oldest sessions beyond `maxSessions` (null: no limit), with a row in the audit log, once a new session is
 * inserted. Without a limit a user could fill the database by logging in.
 */
export async function limitSessions(
  tx: Transaction,
  { revoke, record }: { revoke: Revoke; record: RecordEvent },
  change: {
    userId: string
    /** The new session. It stays, also when others began in the same millisecond. */
    sessionId: string
    at: Date
    by: Agent
    config: TokenLives & { readonly maxSessions: number | null }
  },
): Promise<void> {
  const { userId, sessionId: exceptId, at, by, config } = change
  if (config.maxSessions === null) return
  const beyond = config.maxSessions - 1
  const ids = await tx.listOldestSessions({ userId, exceptId, now: at, beyond, limit: BATCH })
  if (ids.length === 0) return
  const count = await endSessions(tx, revoke, { userId, ids, at, reason: 'session_limit', lives: config })
  record({ type: 'sessions_revoked', at, by, userId, reason: 'limit', count })
}

/** The most that one login ends, so that a limit that is lowered later makes no login slow. */
const BATCH = 100
