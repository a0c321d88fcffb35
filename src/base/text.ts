import { AuthError } from './errors.js'

/**
 * One character that is not seen: control and format characters, lone surrogates and unassigned ones (`\p{C}`), those that
 * are ignored by default (`\p{DI}`: fillers, selectors of forms), line separators, and symbols without ink.
 */
const UNSEEN = /[\p{C}\p{DI}\u2028\u2029\u2800\u{16FE4}\u{1D159}]/u

/** Whether some of it cannot be seen, so that it can look like another text. */
export function hasUnseen(text: string): boolean {
  return UNSEEN.test(text)
}

/** Whether it holds no lone surrogate: each becomes U+FFFD when it is written, so that two texts would be one. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** Throws `BAD_USER_INPUT`, naming the field, for a text with a lone surrogate. */
export function requireWellFormed(field: string, text: string): void {
  if (isWellFormed(text)) return
  throw new AuthError('BAD_USER_INPUT', {
    message: `${field}: is not well-formed: it holds half of a character.`,
    details: { field },
  })
}

const MAX_SUBJECT = 255

/** Text that may name a user: 1 to 255 characters, all of which can be seen, without blanks at its ends. */
export function isSubject(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.trim() !== value) return false
  return [...value.slice(0, 2 * MAX_SUBJECT + 1)].length <= MAX_SUBJECT && !hasUnseen(value)
}
