import { randomUUID } from 'node:crypto'
import { toSeconds } from '../base/clock.js'
import type { SessionRecord, TokenPair, TokenRecord } from '../store/contract.js'
import { earlier, expiry, type Lives, sessionEnd } from './limits.js'

/** Makes new ids, and times in whole seconds as in the claims. `createdAt` is the session's start. */
export function mintPair(now: Date, lives: Lives, createdAt: Date): TokenPair {
  const issuedAt = toSeconds(now.getTime())
  const end = sessionEnd(createdAt, lives)
  return {
    accessJti: randomUUID(),
    refreshJti: randomUUID(),
    issuedAt: new Date(issuedAt * 1000),
    accessExpiresAt: earlier(expiry(issuedAt, lives.accessTtlSeconds), end),
    refreshExpiresAt: earlier(expiry(issuedAt, lives.refreshTtlSeconds), end),
  }
}

/** The columns of a token's row that later events fill. */
export const UNMARKED = { rotatedAt: null, successorJti: null, revokedAt: null, revokedReason: null } as const

/** The contents of a session's refresh token. */
export function refreshClaims(session: SessionRecord) {
  return {
    type: 'refresh',
    subject: session.userId,
    jti: session.refreshJti,
    issuedAt: session.issuedAt,
    expiresAt: session.refreshExpiresAt,
    fresh: false,
    sessionId: session.id,
    csrf: session.csrf,
  } as const
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
    ...UNMARKED,
  }
}
