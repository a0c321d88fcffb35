import { timingSafeEqual } from 'node:crypto'
import type { Claims } from '../base/claims.js'
import type { PresentedToken } from './located.js'

/**
 * Whether a token counts for this request. A token from a cookie that requires a proof counts only if the proof equals
 * the `csrf` of its verified claims (double submit). Every other token counts.
 */
export function isProven({ csrfProof }: Pick<PresentedToken, 'csrfProof'>, claims: Claims): boolean {
  if (csrfProof === undefined) return true
  const { csrf } = claims
  if (typeof csrf !== 'string' || csrf === '') return false
  const [given, due] = [Buffer.from(csrfProof), Buffer.from(csrf)]
  return given.length === due.length && timingSafeEqual(given, due)
}
