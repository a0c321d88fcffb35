/**
 * Text that can name something in a store: not empty, no U+0000 (which PostgreSQL refuses), no lone surrogate (which
 * becomes U+FFFD there, so that two names would be one).
 */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0') && !/\p{Surrogate}/u.test(value)
}
