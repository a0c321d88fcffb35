import { AuthError } from './errors.js'

/**
 * One invisible character: control and format characters, lone surrogates and unassigned ones (`\p{C}`),
 * default-ignorable ones (`\p{DI}`: fillers, variation selectors), line separators, and symbols without ink.
 */
const UNSEEN = /[\p{C}\p{DI}\u2028\u2029\u2800\u{16FE4}\u{1D159}]/u

/** Whether a text contains invisible characters, so that it can look like another. */
export function hasUnseen(text: string): boolean {
  return UNSEEN.test(text)
}

/** Whether a text has no lone surrogate. Each becomes U+FFFD when stored, so that two texts would become one. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** @throws {AuthError} `BAD_USER_INPUT`, naming the field, for a text with a lone surrogate. */
export function requireWellFormed(field: string, text: string): void {
  if (isWellFormed(text)) return
  throw new AuthError('BAD_USER_INPUT', {
    message: `${field}: is not well-formed: it holds half of a character.`,
    details: { field },
  })
}

const MAX_SUBJECT = 255

/** A text that may name a user: 1 to 255 visible characters, without blanks at its ends. */
export function isSubject(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.trim() !== value) return false
  return [...value.slice(0, 2 * MAX_SUBJECT + 1)].length <= MAX_SUBJECT && !hasUnseen(value)
}
