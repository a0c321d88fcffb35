import { timingSafeEqual } from 'node:crypto'
import type { Claims } from '../base/claims.js'
import type { PresentedToken } from './located.js'

/**
 * Whether a token counts for this request: always, unless it came in a cookie and a proof is demanded, which must be the
 * `csrf` of its verified claims (double submit). A token without one never does.
 */
export function isProven({ csrfProof }: Pick<PresentedToken, 'csrfProof'>, claims: Claims): boolean {
  if (csrfProof === undefined) return true
  const { csrf } = claims
  if (typeof csrf !== 'string' || csrf === '') return false
  const [given, due] = [Buffer.from(csrfProof), Buffer.from(csrf)]
  return given.length === due.length && timingSafeEqual(given, due)
}
