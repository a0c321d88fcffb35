import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims } from '../base/claims.js'
import type { ErrorCode } from '../base/errors.js'
import { type ActiveIdentity, ANONYMOUS, type Identity, type TokenLocation } from '../base/identity.js'
import { type Logger, silentLogger } from '../base/logger.js'
import type { CheckByHost, HostVerdict } from '../tokens/host-checks.js'
import type { ExpectedType, ExpiredToken, ValidToken, Verdict, Verifier } from '../tokens/verify.js'
import { areOfOneSession } from './cookies-of-session.js'
import { isProven } from './csrf.js'
import { type Located, type LocateToken, NONE } from './located.js'
import type { RequestSource } from './read-header.js'

/** Checks verified claims against the revocations. `superseded` counts as expired, so that the client refreshes. */
export interface RevocationCheck {
  check(claims: Claims, subject: string): 'live' | 'revoked' | 'superseded' | 'unavailable'
}

export interface IdentifierDependencies {
  readonly locate: LocateToken
  readonly verifier: Verifier
  /** Absent when no token is ever revoked. */
  readonly revocation?: RevocationCheck
  /** Whether a refresh token is refused. If not, it identifies its bearer like an access token. @default true */
  readonly verifyType?: boolean
  /** Whether to skip `revocation`. @default false */
  readonly skipRevocationCheck?: boolean
  /** The host's own checks, after all others. */
  readonly checkByHost?: CheckByHost
  /** Changes the claims of an active bearer. When it throws, the claims are rejected. */
  readonly deriveClaims?: (claims: Claims) => Claims
  readonly logger?: Logger
}

/** The identity, its claims (null unless active), and what the token's place held. */
export interface Identified {
  readonly identity: Identity
  readonly claims: Claims | null
  readonly presented: Located
  /** The contents of a genuine token, valid or not, for the host's texts of a refusal. */
  readonly genuine: ValidToken | ExpiredToken | null
}

type RefusedIdentity = Exclude<Identity, ActiveIdentity>

type Found = Located & { readonly kind: 'token' }

/** Never throws or rejects, whatever the request holds. */
export interface Identifier {
  /** Finds the token of a request, and checks it. */
  identify(source: RequestSource): Awaitable<Identified>
  /**
   * Returns the code that a request with a formerly valid token would be refused with now, or null. Checks time and
   * revocations alone, at no cost; or everything.
   */
  findEnd(good: Identified, wholly: boolean): Awaitable<ErrorCode | null>
}

const NOBODY: Identified = Object.freeze({
  identity: ANONYMOUS,
  claims: null,
  presented: NONE,
  genuine: null,
})

function nobody(presented: Located, hint: string): Identified {
  return { ...NOBODY, identity: Object.freeze({ ...ANONYMOUS, hint }), presented }
}

const UNPROVEN: Identity = Object.freeze({
  kind: 'invalid',
  code: 'CSRF_FAILED',
  reason: 'the cookie came without its csrf value',
  location: 'cookie',
})

const AMBIGUOUS = invalid('several cookies of one name', 'cookie')
const MIXED = invalid('the cookies are of different sessions', 'cookie')

export function createIdentifier(dependencies: IdentifierDependencies): Identifier {
  const { locate, verifier, revocation, checkByHost, deriveClaims, logger = silentLogger } = dependencies
  const expected: ExpectedType = dependencies.verifyType === false ? 'any' : 'access'
  const checked = dependencies.skipRevocationCheck === true ? undefined : revocation

  function judge(found: Located): Awaitable<Identified> {
    if (found.kind === 'none') return found.hint === undefined ? NOBODY : nobody(found, found.hint)
    if (found.kind === 'malformed') {
      const { reason, location } = found
      return refused(Object.freeze({ kind: 'invalid', code: 'INVALID_REQUEST', reason, location }), found)
    }
    if (found.kind === 'ambiguous') return refused(AMBIGUOUS, found)
    const verdict = verifier.verify(found.raw, expected)
    if (isPromise(verdict)) return verdict.then((settled) => conclude(settled, found))
    return conclude(verdict, found)
  }

  function conclude(verdict: Verdict, presented: Found): Awaitable<Identified> {
    const { location } = presented
    if (verdict.kind === 'invalid') return refused(invalid(verdict.reason, location), presented)
    if (verdict.kind === 'unavailable') {
      logger.error({ err: verdict.cause }, 'a token cannot be verified now')
      return refused(unavailable(location), presented)
    }
    // Checked before the CSRF proof, which the page may have read from a cookie of the other session.
    if (!areOfOneSession(presented, verdict.claims)) return refused(MIXED, presented)
    if (!isProven(presented, verdict.claims)) return refused(UNPROVEN, presented)
    if (verdict.kind === 'expired') return refused(expired(verdict, location), presented, verdict)
    const end = findRevoked(verdict, location)
    if (end !== null) return refused(end, presented, end.kind === 'unavailable' ? undefined : verdict)
    const byHost = checkByHost?.(verdict) ?? 'good'
    if (isPromise(byHost)) return byHost.then((settled) => heed(settled, verdict, presented))
    return heed(byHost, verdict, presented)
  }

  function findRevoked(token: ValidToken, location: TokenLocation): RefusedIdentity | null {
    const state = checked === undefined ? 'live' : askRevocation(checked, token)
    if (state === 'superseded') return expired(token, location)
    if (state === 'unavailable') return unavailable(location)
    return state === 'revoked' ? revoked(token, location) : null
  }

  function heed(host: HostVerdict, verdict: ValidToken, presented: Found): Identified {
    const { location } = presented
    if (host === 'good') return admit(verdict, presented)
    if (host === 'unavailable') return refused(unavailable(location), presented)
    if (host === 'revoked') return refused(revoked(verdict, location), presented, verdict)
    return refused(rejected('verifyClaims refused it', location), presented, verdict)
  }

  function askRevocation(feed: RevocationCheck, { claims, subject }: ValidToken) {
    try {
      return feed.check(claims, subject)
    } catch (err) {
      logger.error({ err }, 'revocation cannot be checked')
      return 'unavailable'
    }
  }

  function admit(token: ValidToken, presented: Found): Identified {
    const { subject, header, claims } = token
    const { location } = presented
    try {
      const { jti = null, sid = null } = claims
      return {
        identity: Object.freeze({ kind: 'active', subject, tokenId: jti, sessionId: sid, location, header }),
        claims: deriveClaims === undefined ? claims : deriveClaims(claims),
        presented,
        genuine: token,
      }
    } catch (err) {
      logger.error({ err }, 'the rights of a token cannot be read')
      const reason = err instanceof Error ? err.message : 'grants failed'
      return refused(rejected(reason, location), presented, token)
    }
  }

  return {
    identify: (source) => judge(locate(source)),
    findEnd({ presented, genuine }, wholly) {
      if (wholly || presented.kind !== 'token' || genuine?.kind !== 'valid') {
        const judged = judge(presented)
        return isPromise(judged) ? judged.then(refusalOf) : refusalOf(judged)
      }
      const token = verifier.rejudge(genuine)
      if (token.kind === 'expired') return 'TOKEN_EXPIRED'
      return findRevoked(token, presented.location)?.code ?? null
    },
  }
}

function refused(identity: Identity, presented: Located, token?: ValidToken | ExpiredToken): Identified {
  return { identity, claims: null, presented, genuine: token ?? null }
}

function refusalOf({ identity }: Identified): ErrorCode | null {
  return identity.kind === 'active' ? null : identity.code
}

function rejected(reason: string, location: TokenLocation): Identity {
  return Object.freeze({ kind: 'invalid', code: 'CLAIMS_REJECTED', reason, location })
}

function invalid(reason: string, location: TokenLocation): RefusedIdentity {
  return Object.freeze({ kind: 'invalid', code: 'TOKEN_INVALID', reason, location })
}

function expired(token: ValidToken | ExpiredToken, location: TokenLocation): RefusedIdentity {
  return Object.freeze({ kind: 'expired', code: 'TOKEN_EXPIRED', ...formerBearer(token), location })
}

function revoked(token: ValidToken, location: TokenLocation): RefusedIdentity {
  return Object.freeze({ kind: 'revoked', code: 'TOKEN_REVOKED', ...formerBearer(token), location })
}

function unavailable(location: TokenLocation): RefusedIdentity {
  return Object.freeze({ kind: 'unavailable', code: 'UNAVAILABLE', location })
}

function formerBearer({ subject, claims }: ValidToken | ExpiredToken) {
  return { formerSubject: subject, expiresAtSeconds: claims.exp ?? null, sessionId: claims.sid ?? null }
}
