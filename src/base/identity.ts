import type { ErrorCode } from './errors.js'

/** Where a token was found. */
export type TokenLocation = 'header' | 'cookie' | 'query_string' | 'json'

/** Nobody: no token was presented. */
export interface AnonymousIdentity {
  readonly kind: 'anonymous'
  readonly code: 'UNAUTHENTICATED'
  /** What looks like a token, but stands where none is taken from; for the caller. Begins in lower case. */
  readonly hint?: string
}

/** The bearer of a verified, live access token. */
export interface ActiveIdentity {
  readonly kind: 'active'
  readonly subject: string
  readonly tokenId: string | null
  readonly sessionId: string | null
  readonly location: TokenLocation
  /** The token's header (RFC 7515 §4): `alg`, `typ`, `kid`. */
  readonly header: Readonly<Record<string, unknown>>
}

/** Signature and every other claim hold, but the time is past. Grants nothing. */
export interface ExpiredIdentity {
  readonly kind: 'expired'
  readonly code: 'TOKEN_EXPIRED'
  readonly formerSubject: string
  /** Its `exp`, seconds since 1970. Null: it has none. */
  readonly expiresAtSeconds: number | null
  readonly sessionId: string | null
  readonly location: TokenLocation
}

/** Signature and claims hold, but it was taken back. Grants nothing. */
export interface RevokedIdentity {
  readonly kind: 'revoked'
  readonly code: 'TOKEN_REVOKED'
  readonly formerSubject: string
  /** Its `exp`, seconds since 1970. Null: it has none. */
  readonly expiresAtSeconds: number | null
  readonly sessionId: string | null
  readonly location: TokenLocation
}

/** Something was presented that is no token of ours. `reason` is for the log, never for the caller. */
export interface InvalidIdentity {
  readonly kind: 'invalid'
  readonly code: Extract<ErrorCode, 'TOKEN_INVALID' | 'INVALID_REQUEST' | 'CSRF_FAILED' | 'CLAIMS_REJECTED'>
  readonly reason: string
  readonly location: TokenLocation
}

/** The token could not be judged now: the revocation feed is not loaded, or stale. */
export interface UnavailableIdentity {
  readonly kind: 'unavailable'
  readonly code: 'UNAVAILABLE'
  readonly location: TokenLocation
}

/**
 * Who the token names, or why nobody. Every kind but `active` has the `code` that a guard answers;
 * only `active` has `subject`, so that no host takes an expired or revoked bearer for a present one.
 */
export type Identity =
  | AnonymousIdentity
  | ActiveIdentity
  | ExpiredIdentity
  | RevokedIdentity
  | InvalidIdentity
  | UnavailableIdentity

export const ANONYMOUS: AnonymousIdentity = Object.freeze({ kind: 'anonymous', code: 'UNAUTHENTICATED' })
