import type { TokenLocation } from '../base/identity.js'
import type { RequestSource } from './read-header.js'

/** A token as it was presented; nothing of it is verified. */
export interface PresentedToken {
  readonly raw: string
  readonly location: TokenLocation
  /**
   * What came along to prove that the page itself sent the cookie, empty when nothing did: the token counts only if it is
   * its `csrf`. Absent where no proof is demanded.
   */
  readonly csrfProof?: string
  /** Of a cookie: the other cookies of the request that belong to a session. */
  readonly beside?: CookiesBeside
}

/** What a request has beside a token's cookie. Nothing of it is verified. */
export interface CookiesBeside {
  /** The tokens of the other type. */
  readonly tokens: readonly string[]
  /** The values of the readable cookie; empty if no proof is ever demanded. */
  readonly csrf: readonly string[]
}

export type Located =
  /** The hint is for the caller: what looks like a token, but stands as none. Begins in lower case. */
  | { readonly kind: 'none'; readonly hint?: string }
  | ({ readonly kind: 'token' } & PresentedToken)
  /** Something stands where a token belongs. The reason is for the log. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly location: TokenLocation }
  /** Several cookies of one name, with different values. None of them counts. */
  | { readonly kind: 'ambiguous'; readonly tokens: readonly PresentedToken[]; readonly location: 'cookie' }

export type LocateToken = (source: RequestSource) => Located

export const NONE: Located = Object.freeze({ kind: 'none' })

/** A token has neither blanks nor commas inside. */
export function readToken(text: string, location: TokenLocation): Located {
  const raw = trimBlanks(text)
  if (raw === '') return malformed('there is no token where it belongs', location)
  return /[\s,]/.test(raw)
    ? malformed('a blank or a comma in the token', location)
    : { kind: 'token', raw, location }
}

export function none(hint: string): Located {
  return Object.freeze({ kind: 'none', hint })
}

export function malformed(reason: string, location: TokenLocation): Located {
  return { kind: 'malformed', reason, location }
}

/** Without the blanks round it (RFC 9110 §5.6.3). Not by a regular expression, which a long run of blanks slows. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}
