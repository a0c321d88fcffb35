/**
 * Whether a text can name something in a store: not empty, no U+0000 (PostgreSQL refuses it), no lone surrogate (stores
 * write it as U+FFFD, so that two names become one).
 */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0') && !/\p{Surrogate}/u.test(value)
}
