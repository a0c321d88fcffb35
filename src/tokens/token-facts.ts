import type { Claims, TokenType } from '../base/claims.js'
import { isName } from '../base/is-name.js'
import type { SealedObject } from './strict-json.js'

/** What a token says, independent of the time and the caller. */
export interface TokenFacts {
  readonly subject: string
  readonly type: TokenType
  readonly claims: Claims
  readonly audiences: readonly string[] | null
}

/** The end of the year 9999: the last time that RFC 3339, and so a response of ours, can express. */
const LAST_SECOND = 253_402_300_799

interface SubjectRule {
  readonly identityClaim: string
  readonly verifySubject: boolean
}

/**
 * Reads the claims that restrict a token. Returns the reason, for the log, when one of them is invalid. Claims that
 * grant (`roles`, `scope`, `fresh`, `auth_time`) are not checked here: when malformed, they grant nothing.
 */
export function readFacts(payload: SealedObject, rule: SubjectRule): TokenFacts | string {
  const { type = 'access', aud, iss, iat, nbf, exp } = payload
  if (type !== 'access' && type !== 'refresh') return 'type: neither access nor refresh'
  const subject = readSubject(payload[rule.identityClaim], rule.verifySubject)
  if (subject === null) return `${rule.identityClaim}: names nobody`
  for (const name of ['jti', 'sid', 'csrf'] as const) {
    if (payload[name] !== undefined && !isName(payload[name])) return `${name}: not a text`
  }
  if (iss !== undefined && typeof iss !== 'string') return 'iss: not a text'
  const audiences = aud === undefined ? null : readAudiences(aud)
  if (audiences === undefined) return 'aud: not a text or a list of them'
  if (iat !== undefined && !isTime(iat)) return 'iat: not a time'
  if (nbf !== undefined && !isTime(nbf)) return 'nbf: not a time'
  if (exp !== undefined && !isTime(exp)) return 'exp: not a time'
  const claims = withSubject(payload, rule.identityClaim, subject)
  return claims === null ? 'sub: not a text' : { subject, type, claims, audiences }
}

function readSubject(value: unknown, mustBeText: boolean): string | null {
  if (!mustBeText && typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return isName(value) ? value : null
}

/** The claims with `sub` as text, also when another claim, or a number, names the subject. */
function withSubject(payload: SealedObject, identityClaim: string, subject: string): Claims | null {
  const { sub } = payload
  if (typeof sub === 'string') return payload as Claims
  if (sub !== undefined && identityClaim !== 'sub') return null
  const claims: Record<string, unknown> = Object.assign(Object.create(null), payload)
  claims.sub = subject
  return Object.freeze(claims) as Claims
}

function readAudiences(aud: unknown): readonly string[] | undefined {
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) && aud.every((one) => typeof one === 'string') ? aud : undefined
}

/** A number of seconds that RFC 3339 can express. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_SECOND
}
