import type { ErrorCode } from './errors.js'

/** Where a token was found. */
export type TokenLocation = 'header' | 'cookie' | 'query_string' | 'json'

/** The request has no token. */
export interface AnonymousIdentity {
  readonly kind: 'anonymous'
  readonly code: 'UNAUTHENTICATED'
  /** For the client: a token stands where none is accepted. Begins in lower case. */
  readonly hint?: string
}

/** The bearer of a valid access token. */
export interface ActiveIdentity {
  readonly kind: 'active'
  readonly subject: string
  readonly tokenId: string | null
  readonly sessionId: string | null
  readonly location: TokenLocation
  /** The token's header (RFC 7515 §4): `alg`, `typ`, `kid`. */
  readonly header: Readonly<Record<string, unknown>>
}

/** Signature and all other claims are valid, but the token has expired. Grants nothing. */
export interface ExpiredIdentity {
  readonly kind: 'expired'
  readonly code: 'TOKEN_EXPIRED'
  readonly formerSubject: string
  /** Its `exp`, seconds since 1970. Null when it has none. */
  readonly expiresAtSeconds: number | null
  readonly sessionId: string | null
  readonly location: TokenLocation
}

/** Signature and claims are valid, but the token was revoked. Grants nothing. */
export interface RevokedIdentity {
  readonly kind: 'revoked'
  readonly code: 'TOKEN_REVOKED'
  readonly formerSubject: string
  /** Its `exp`, seconds since 1970. Null when it has none. */
  readonly expiresAtSeconds: number | null
  readonly sessionId: string | null
  readonly location: TokenLocation
}

/** The presented text is no valid token. `reason` is for the log, never for the client. */
export interface InvalidIdentity {
  readonly kind: 'invalid'
  readonly code: Extract<ErrorCode, 'TOKEN_INVALID' | 'INVALID_REQUEST' | 'CSRF_FAILED' | 'CLAIMS_REJECTED'>
  readonly reason: string
  readonly location: TokenLocation
}

/** The token can't be checked now: the revocation feed is not loaded, or stale. */
export interface UnavailableIdentity {
  readonly kind: 'unavailable'
  readonly code: 'UNAVAILABLE'
  readonly location: TokenLocation
}

/**
 * The subject that the token names, or why there is none. Every kind but `active` has the `code` that a guard refuses
 * with. Only `active` has `subject`, so that no host mistakes an expired or revoked bearer for a valid one.
 */
export type Identity =
  | AnonymousIdentity
  | ActiveIdentity
  | ExpiredIdentity
  | RevokedIdentity
  | InvalidIdentity
  | UnavailableIdentity

export const ANONYMOUS: AnonymousIdentity = Object.freeze({ kind: 'anonymous', code: 'UNAUTHENTICATED' })
