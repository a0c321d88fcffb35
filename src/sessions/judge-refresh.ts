import { isEnabled } from '../accounts/authenticate.js'
import type { TokenConfig } from '../base/options.js'
import type { SessionRecord, TokenRecord, UserRecord } from '../store/contract.js'
import { isPast, sessionEnd } from './limits.js'

/**
 * The state of a genuine refresh token. `rotated`: exchanged within the reuse window, so it gets the session's pair
 * again. `reused`: exchanged before that. `unknown`: its session is not stored here.
 */
export type RefreshState = 'live' | 'rotated' | 'reused' | 'revoked' | 'expired' | 'unknown'

/** The stored parts of a token. */
export interface KeptRefresh {
  /** The token's `iat`: seconds since 1970. */
  readonly iat: number | undefined
  readonly row: TokenRecord | null
  readonly session: SessionRecord | null
  readonly user: UserRecord | null
  /** Whether the client never got the pair, so that the reuse window has not begun. @default false */
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
  // Checked first: a thief may have revoked the token to hide the reuse.
  if (row.rotatedAt !== null && !isOwed && !isWithinWindow(row.rotatedAt, config, now)) return 'reused'
  if (row.revokedAt !== null && config.checks !== 'none') return 'revoked'
  if (row.rotatedAt !== null) return 'rotated'
  return session.refreshJti === row.jti ? 'live' : 'revoked'
}

/**
 * Whether a token without a row was exchanged so long ago that its row was deleted. A token younger than the session's
 * pair was not: a failover lost its row.
 */
export function isPruned(iat: number | undefined, { issuedAt }: Pick<SessionRecord, 'issuedAt'>): boolean {
  return (iat ?? 0) * 1000 < issuedAt.getTime()
}

/**
 * How far ahead a concurrent exchange may seem: `now` is read before the lock, which a transaction waits for up to 10
 * s.
 */
const AHEAD_MS = 10_000

/** An exchange further ahead was made before the clock went back, so its age is unknown. */
function isWithinWindow(rotatedAt: Date, { reuseWindowSeconds }: TokenConfig, now: Date): boolean {
  const windowMs = reuseWindowSeconds * 1000
  const ageMs = now.getTime() - rotatedAt.getTime()
  return windowMs > 0 && ageMs > -AHEAD_MS && ageMs < windowMs
}
