import type { Claims } from '../base/claims.js'
import type { ErrorCode } from '../base/errors.js'
import type { OverToken } from '../sessions/judge-token.js'
import type { TokenRecord } from '../store/contract.js'
import { isTime } from '../tokens/token-facts.js'
import type { Verdict } from '../tokens/verify.js'
import type { Resolver, Services } from './services.js'

type Kind = Verdict['kind'] | OverToken['kind']

/** The state in the API, and the code of the refusal: of a guarded field, or of `refresh` for its tokens. */
const MEANING: Readonly<
  Record<Kind, { state: string; access: ErrorCode | null; refresh: ErrorCode | null }>
> = {
  valid: { state: 'ACTIVE', access: null, refresh: null },
  expired: { state: 'EXPIRED', access: 'TOKEN_EXPIRED', refresh: 'SESSION_ENDED' },
  revoked: { state: 'REVOKED', access: 'TOKEN_REVOKED', refresh: 'SESSION_ENDED' },
  superseded: { state: 'SUPERSEDED', access: 'TOKEN_EXPIRED', refresh: 'SESSION_ENDED' },
  rotated: { state: 'ROTATED', access: null, refresh: null },
  reused: { state: 'ROTATED', access: null, refresh: 'REFRESH_REUSED' },
  unknown: { state: 'UNKNOWN', access: null, refresh: 'SESSION_ENDED' },
  rejected: { state: 'INVALID', access: 'CLAIMS_REJECTED', refresh: 'CLAIMS_REJECTED' },
  invalid: { state: 'INVALID', access: 'TOKEN_INVALID', refresh: 'TOKEN_INVALID' },
  unavailable: { state: 'UNAVAILABLE', access: 'UNAVAILABLE', refresh: 'UNAVAILABLE' },
}

/** RFC 7662 for administrators: the result that a request with this token would get. */
export function introspectionResolvers({ store, judgeToken, isFresh }: Services) {
  const introspect: Resolver<{ token: string }> = async (_parent, { token: raw }) => {
    const judged = await judgeToken(raw, 'any')
    const { state, ...codes } = MEANING[judged.kind]
    // An unverified token reveals nothing, neither its subject nor its times.
    if (judged.kind === 'invalid' || judged.kind === 'unavailable') {
      return { active: false, state, code: codes.access }
    }
    const { type, subject, claims } = 'token' in judged ? judged.token : judged
    const row = claims.jti === undefined ? null : await store.findToken(claims.jti)
    const user = await store.findUser(subject)
    const active = codes[type] === null
    return {
      active,
      state,
      code: codes[type],
      type: type.toUpperCase(),
      ...{ sub: subject, jti: claims.jti, iss: claims.iss, sessionId: claims.sid },
      aud: claims.aud === undefined ? [] : [claims.aud].flat(),
      scope: readScope(claims),
      roles: readTexts(claims.roles) ?? [],
      fresh: active && type === 'access' && isFresh(claims),
      ...{ iat: toDate(claims.iat), nbf: toDate(claims.nbf), exp: toDate(claims.exp) },
      authTime: toDate(claims.auth_time),
      ...ofRow(row, subject),
      user,
    }
  }

  return { Query: { introspect } }
}

/** `scope` is one text (RFC 9068 §2.2.3). `grants` and some issuers give `scopes`, a list. */
function readScope({ scope, scopes }: Claims): string | null {
  return typeof scope === 'string' ? scope : (readTexts(scope ?? scopes)?.join(' ') ?? null)
}

/** Null for anything but a list of texts, which the guard ignores too. */
function readTexts(list: unknown): readonly string[] | null {
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : null
}

/** Verification does not check claims that grant, so `auth_time` may be anything. */
function toDate(seconds: unknown): Date | null {
  return isTime(seconds) ? new Date(seconds * 1000) : null
}

function ofRow(row: TokenRecord | null, subject: string) {
  // Another issuer's token with the same `jti`: the row is not its own.
  if (row === null || row.userId !== subject) return {}
  return { revokedAt: row.revokedAt, revokedReason: row.revokedReason }
}
