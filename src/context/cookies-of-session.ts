import type { Claims } from '../base/claims.js'
import { peekUnverified } from '../tokens/peek.js'
import type { PresentedToken } from './located.js'

/** The form of our own values. Any other value was planted: it belongs to no session and proves nothing. */
const CSRF_VALUE = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Whether the cookies beside a token belong to the session of its verified claims. They don't if a response of one
 * session arrives after the login of another, or if cookies of a former path or domain remain. A value that can't be
 * read as a token belongs to no session.
 */
export function areOfOneSession({ beside }: Pick<PresentedToken, 'beside'>, { sid, csrf }: Claims): boolean {
  if (beside === undefined) return true
  const sessions = beside.tokens.map((raw) => peekUnverified(raw)?.unverifiedClaims)
  if (sessions.some((claims) => claims !== undefined && claims.sid !== sid)) return false
  return csrf === undefined || beside.csrf.every((value) => value === csrf || !CSRF_VALUE.test(value))
}
