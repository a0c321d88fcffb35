import type { Source } from '../audit/record.js'
import type { Claims } from '../base/claims.js'
import type { SessionRecord, UserRecord } from '../store/contract.js'

/** A token as it is handed out, once. */
export interface SignedToken {
  readonly token: string
  readonly jti: string
  /** Null: it never expires. */
  readonly expiresAt: Date | null
}

/** What a credential operation gives. `refresh` is null where there is no new one. */
export interface Issued {
  readonly user: UserRecord
  readonly session: SessionRecord | null
  readonly access: SignedToken
  readonly refresh: SignedToken | null
}

/**
 * Makes what the caller returns of what was issued. Runs before the commit: if it throws, nothing is written. May run more than
 * once, so that it must have no effect.
 */
export type Finish<T> = (issued: Issued) => T

/** What signature and claims vouch for; its time may be past (`expired`). */
export interface GenuineToken {
  readonly kind: 'valid' | 'expired'
  readonly subject: string
  readonly claims: Claims
}

/** The bearer of the access token that asks for a change. */
export interface Actor {
  readonly kind: 'bearer'
  readonly userId: string
  readonly jti: string | null
  readonly sessionId: string | null
  /** From where they ask. */
  readonly client: Source
}

/** Whoever has the database itself: the command line. */
export interface Operator {
  readonly kind: 'operator'
}

/** Who asks for a change of another's account. */
export type Administrator = Actor | Operator
