/**
 * A line of the append-only revocation feed. `key` is a jti, a session's id or, for `user` and `access`, a user's id;
 * of several lines about one (scope, key) the highest id wins.
 */
export interface RevocationEntry {
  id: number
  /** `access`: the user's access tokens alone. */
  scope: 'token' | 'session' | 'user' | 'access'
  key: string
  /** `superseded`: refused as expired, so that the client refreshes. `restored`: taken back. */
  effect: 'revoked' | 'superseded' | 'restored'
  /** For `user` and `access`: tokens without a session are refused unless issued after this (whole seconds). */
  issuedBefore: Date | null
  /** When the last token that it concerns is past, and the line can go. Null: never. */
  expiresAt: Date | null
  /**
   * For `user` and `access`: access tokens of a lower account version are refused, whatever the clock said when they were
   * issued. Tokens without a version are judged by `issuedBefore`. Absent in lines of a version of Sallyport without it.
   */
  beforeVersion?: number | undefined
}

export interface RevocationPage {
  readonly entries: RevocationEntry[]
  /**
   * The highest id that the database has given out, also to lines that are gone. Below one that was seen, the database has
   * stepped back: a failover or a restored copy lost what came after.
   */
  readonly lastIssuedId: number
}

export type NewRevocation = Omit<RevocationEntry, 'id'>
