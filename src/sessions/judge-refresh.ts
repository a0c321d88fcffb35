import { isEnabled } from '../accounts/authenticate.js'
import type { TokenConfig } from '../base/options.js'
import type { SessionRecord, TokenRecord, UserRecord } from '../store/contract.js'
import { isPast, sessionEnd } from './limits.js'

/**
 * What `refresh` has for a genuine refresh token. `rotated`: exchanged a moment ago, so the session's pair again.
 * `reused`: exchanged longer ago than the reuse window. `unknown`: of no session that is kept here.
 */
export type RefreshState = 'live' | 'rotated' | 'reused' | 'revoked' | 'expired' | 'unknown'

/** What is kept of the token. */
export interface KeptRefresh {
  /** The token's own time of issue: seconds since 1970. */
  readonly iat: number | undefined
  readonly row: TokenRecord | null
  readonly session: SessionRecord | null
  readonly user: UserRecord | null
  /** The client never got what it was exchanged for, so that the reuse window has not begun. @default false */
  readonly isOwed?: boolean
}

export function judgeRefresh(
  { iat, row, session, user, isOwed = false }: KeptRefresh,
  config: TokenConfig,
  now: Date,
): RefreshState {
  if (session === null || user === null || session.userId !== user.id) return 'unknown'
  if (row === null ? !isPruned(iat, session) : row.sessionId !== session.id) return 'unknown'
  if (session.revokedAt !== null || !isEnabled(user)) return 'revoked'
  if (isPast(session.refreshExpiresAt, now) || isPast(sessionEnd(session.createdAt, config), now))
    return 'expired'
  if (row === null) return 'reused'
  // Before anything else that could be said of it: who stole it may have revoked it, to hide that it is used again.
  if (row.rotatedAt !== null && !isOwed && !isWithinWindow(row.rotatedAt, config, now)) return 'reused'
  if (row.revokedAt !== null && config.checks !== 'none') return 'revoked'
  if (row.rotatedAt !== null) return 'rotated'
  return session.refreshJti === row.jti ? 'live' : 'revoked'
}

/**
 * Whether a token without a row was exchanged so long ago that its row is gone. A token that is younger than the session's
 * pair was not: a failover lost it.
 */
export function isPruned(iat: number | undefined, { issuedAt }: Pick<SessionRecord, 'issuedAt'>): boolean {
  return (iat ?? 0) * 1000 < issuedAt.getTime()
}

/** How far ahead a rival's exchange may seem: the time is read before the lock, for which a transaction waits 10 s at most. */
const AHEAD_MS = 10_000

/** An exchange that lies further ahead was made before the clock went back: nobody knows how long ago that was. */
function isWithinWindow(rotatedAt: Date, { reuseWindowSeconds }: TokenConfig, now: Date): boolean {
  const windowMs = reuseWindowSeconds * 1000
  const ageMs = now.getTime() - rotatedAt.getTime()
  return windowMs > 0 && ageMs > -AHEAD_MS && ageMs < windowMs
}
