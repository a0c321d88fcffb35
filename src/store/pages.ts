import type { TokenType } from '../base/claims.js'

/** Tokens, newest first. */
export interface TokenPage {
  userId?: string
  type?: TokenType
  revoked?: boolean
  /** Only tokens that come after this one in the order (issuedAt descending, jti descending). */
  after?: { issuedAt: Date; jti: string }
  limit: number
}

/** Users, newest first. */
export interface UserPage {
  /** Only users that come after this one in the order (createdAt descending, id descending). */
  after?: { createdAt: Date; id: string }
  limit: number
}

/** Users with a name that begins so, in the order of these names. */
export interface NamePage {
  usernamePrefix: string
  emailPrefix: string
  /** Only names (normalised ones) that come after this one. */
  after?: string
  limit: number
}
