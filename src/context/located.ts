import type { TokenLocation } from '../base/identity.js'
import type { RequestSource } from './read-header.js'

/** A presented token. Nothing is verified. */
export interface PresentedToken {
  readonly raw: string
  readonly location: TokenLocation
  /**
   * The CSRF proof sent with a cookie, empty when there is none: the token counts only if it equals its `csrf` claim.
   * Absent when no proof is required.
   */
  readonly csrfProof?: string
  /** For a token in a cookie: the request's other session cookies. */
  readonly beside?: CookiesBeside
}

/** The session cookies besides the token's own. Nothing is verified. */
export interface CookiesBeside {
  /** The tokens of the other type. */
  readonly tokens: readonly string[]
  /** The values of the readable `csrf` cookie. Empty when no proof is ever required. */
  readonly csrf: readonly string[]
}

export type Located =
  /** `hint` is for the client: it describes what looks like a token in a wrong place. Begins in lower case. */
  | { readonly kind: 'none'; readonly hint?: string }
  | ({ readonly kind: 'token' } & PresentedToken)
  /** A token location holds something that is no token. The reason is for the log. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly location: TokenLocation }
  /** Several cookies of one name with different values. None of them counts. */
  | { readonly kind: 'ambiguous'; readonly tokens: readonly PresentedToken[]; readonly location: 'cookie' }

export type LocateToken = (source: RequestSource) => Located

export const NONE: Located = Object.freeze({ kind: 'none' })

/** A token contains neither blanks nor commas. */
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

/** Trims blanks (RFC 9110 §5.6.3). Without a regular expression, which a long run of blanks would slow down. */
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
