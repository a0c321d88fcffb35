import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims } from '../base/claims.js'
import { ANONYMOUS, type Identity, type TokenLocation } from '../base/identity.js'
import { type Logger, silentLogger } from '../base/logger.js'
import type { ExpectedType, ExpiredToken, ValidToken, Verdict, Verifier } from '../tokens/verify.js'
import { isProven } from './csrf.js'
import { type Located, type LocateToken, NONE } from './located.js'
import type { RequestSource } from './read-header.js'

/** Whether verified claims were taken back. `superseded`: as if expired, so that the client refreshes. */
export interface RevocationCheck {
  check(claims: Claims, subject: string): 'live' | 'revoked' | 'superseded' | 'unavailable'
}

export interface IdentifierDependencies {
  readonly locate: LocateToken
  readonly verifier: Verifier
  /** Absent: no token is ever taken back. */
  readonly revocation?: RevocationCheck
  /** Off, a refresh token identifies its bearer as an access token does. By default on. */
  readonly verifyType?: boolean
  /** On, `revocation` is not asked. By default off. */
  readonly skipRevocationCheck?: boolean
  /** Changes the claims of an active bearer before anybody sees them. Thrown, they are rejected. */
  readonly deriveClaims?: (claims: Claims) => Claims
  readonly logger?: Logger
}

/** Who asks, what their token says (null unless active), and what stood where it was looked for. */
export interface Identified {
  readonly identity: Identity
  readonly claims: Claims | null
  readonly presented: Located
}

type Found = Located & { readonly kind: 'token' }

export type Identify = (source: RequestSource) => Awaitable<Identified>

const NOBODY: Identified = Object.freeze({ identity: ANONYMOUS, claims: null, presented: NONE })

const UNPROVEN: Identity = Object.freeze({
  kind: 'invalid',
  code: 'CSRF_FAILED',
  reason: 'the cookie came without its csrf value',
  location: 'cookie',
})

/** Finds the token of a request and judges it. Neither throws nor rejects, whatever the request holds. */
export function createIdentifier(dependencies: IdentifierDependencies): Identify {
  const { locate, verifier, revocation, deriveClaims, logger = silentLogger } = dependencies
  const expected: ExpectedType = dependencies.verifyType === false ? 'any' : 'access'
  const checked = dependencies.skipRevocationCheck === true ? undefined : revocation

  function identify(source: RequestSource): Awaitable<Identified> {
    const found = locate(source)
    if (found.kind === 'none') return NOBODY
    if (found.kind === 'malformed') {
      const { reason, location } = found
      return refused(Object.freeze({ kind: 'invalid', code: 'INVALID_REQUEST', reason, location }), found)
    }
    const verdict = verifier.verify(found.raw, expected)
    if (isPromise(verdict)) return verdict.then((settled) => conclude(settled, found))
    return conclude(verdict, found)
  }

  function conclude(verdict: Verdict, presented: Found): Identified {
    const { location } = presented
    if (verdict.kind === 'invalid') return refused(invalid(verdict.reason, location), presented)
    if (verdict.kind === 'unavailable') {
      logger.error({ err: verdict.cause }, 'the keys that verify tokens cannot be read')
      return refused(unavailable(location), presented)
    }
    if (!isProven(presented, verdict.claims)) return refused(UNPROVEN, presented)
    if (verdict.kind === 'expired') return refused(expired(verdict, location), presented)
    const state = checked === undefined ? 'live' : askRevocation(checked, verdict)
    if (state === 'live') return admit(verdict, presented)
    if (state === 'superseded') return refused(expired(verdict, location), presented)
    return refused(state === 'revoked' ? revoked(verdict, location) : unavailable(location), presented)
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
      }
    } catch (err) {
      logger.error({ err }, 'the rights of a token cannot be read')
      const reason = err instanceof Error ? err.message : 'grants failed'
      return refused(Object.freeze({ kind: 'invalid', code: 'CLAIMS_REJECTED', reason, location }), presented)
    }
  }

  return identify
}

function refused(identity: Identity, presented: Located): Identified {
  return { identity, claims: null, presented }
}

function invalid(reason: string, location: TokenLocation): Identity {
  return Object.freeze({ kind: 'invalid', code: 'TOKEN_INVALID', reason, location })
}

function expired(token: ValidToken | ExpiredToken, location: TokenLocation): Identity {
  return Object.freeze({ kind: 'expired', code: 'TOKEN_EXPIRED', ...formerBearer(token), location })
}

function revoked(token: ValidToken, location: TokenLocation): Identity {
  return Object.freeze({ kind: 'revoked', code: 'TOKEN_REVOKED', ...formerBearer(token), location })
}

function unavailable(location: TokenLocation): Identity {
  return Object.freeze({ kind: 'unavailable', code: 'UNAVAILABLE', location })
}

function formerBearer({ subject, claims }: ValidToken | ExpiredToken) {
  return { formerSubject: subject, expiresAtSeconds: claims.exp ?? null, sessionId: claims.sid ?? null }
}
