import { randomUUID } from 'node:crypto'
import { toSeconds } from '../base/clock.js'
import type { TokenConfig } from '../base/options.js'
import type { SessionRecord, TokenPair, TokenRecord } from '../store/contract.js'

export type Lives = Pick<TokenConfig, 'accessTtlSeconds' | 'refreshTtlSeconds'>

/** New ids, and times in whole seconds as the claims have them. */
export function mintPair(now: Date, lives: Lives): TokenPair {
  const issuedAt = toSeconds(now.getTime())
  return {
    accessJti: randomUUID(),
    refreshJti: randomUUID(),
    issuedAt: new Date(issuedAt * 1000),
    accessExpiresAt: expiry(issuedAt, lives.accessTtlSeconds),
    refreshExpiresAt: expiry(issuedAt, lives.refreshTtlSeconds),
  }
}

export function expiry(issuedAtSeconds: number, ttlSeconds: number | null): Date | null {
  return ttlSeconds === null ? null : new Date((issuedAtSeconds + Math.floor(ttlSeconds)) * 1000)
}

type OfSession = Pick<SessionRecord, 'id' | 'userId'> & TokenPair

export function accessRow(session: OfSession, fresh: boolean): TokenRecord {
  return {
    ...liveRow(session),
    jti: session.accessJti,
    type: 'access',
    fresh,
    expiresAt: session.accessExpiresAt,
  }
}

export function refreshRow(session: OfSession): TokenRecord {
  return {
    ...liveRow(session),
    jti: session.refreshJti,
    type: 'refresh',
    fresh: false,
    expiresAt: session.refreshExpiresAt,
  }
}

function liveRow(session: OfSession) {
  return {
    userId: session.userId,
    sessionId: session.id,
    freshUntil: null,
    issuedAt: session.issuedAt,
    rotatedAt: null,
    revokedAt: null,
    revokedReason: null,
  }
}
