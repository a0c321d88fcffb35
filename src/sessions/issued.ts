import type { Source } from '../audit/record.js'
import type { Claims } from '../base/claims.js'
import type { SessionRecord, UserRecord } from '../store/contract.js'

/** A signed token. It is handed out once. */
export interface SignedToken {
  readonly token: string
  readonly jti: string
  /** Null when it never expires. */
  readonly expiresAt: Date | null
}

/** The result of a credential operation. `refresh` is null when there is no new refresh token. */
export interface Issued {
  readonly user: UserRecord
  readonly session: SessionRecord | null
  readonly access: SignedToken
  readonly refresh: SignedToken | null
}

/**
 * Makes the caller's result from the issued tokens. Runs before the commit: if it throws, nothing is written. It may
 * run more than once, so it must have no side effects.
 */
export type Finish<T> = (issued: Issued) => T

/** A token with a valid signature and claims. It may have expired. */
export interface GenuineToken {
  readonly kind: 'valid' | 'expired'
  readonly subject: string
  readonly claims: Claims
}

/** The bearer of the access token that requests a change. */
export interface Actor {
  readonly kind: 'bearer'
  readonly userId: string
  readonly jti: string | null
  readonly sessionId: string | null
  /** Where the request comes from. */
  readonly client: Source
}

/** The operator, who has the database itself: the command line. */
export interface Operator {
  readonly kind: 'operator'
}

/** Who changes another user's account. */
export type Administrator = Actor | Operator
