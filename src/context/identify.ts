import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims } from '../base/claims.js'
import { ANONYMOUS, type Identity, type TokenLocation } from '../base/identity.js'
import { type Logger, silentLogger } from '../base/logger.js'
import type { CheckByHost, HostVerdict } from '../tokens/host-checks.js'
import type { SealedObject } from '../tokens/strict-json.js'
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
  /** The host's own checks; last of all. */
  readonly checkByHost?: CheckByHost
  /** Changes the claims of an active bearer before anybody sees them. Thrown, they are rejected. */
  readonly deriveClaims?: (claims: Claims) => Claims
  readonly logger?: Logger
}

/** Who asks, what their token says (null unless active), and what stood where it was looked for. */
export interface Identified {
  readonly identity: Identity
  readonly claims: Claims | null
  readonly presented: Located
  /** What signature and claims vouch for, whether it is still good or not. For the host's words on a refusal. */
  readonly genuine: GenuineParts | null
}

export interface GenuineParts {
  readonly header: SealedObject
  readonly claims: Claims
}

type Found = Located & { readonly kind: 'token' }

export type Identify = (source: RequestSource) => Awaitable<Identified>

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

/** Finds the token of a request and judges it. Neither throws nor rejects, whatever the request holds. */
export function createIdentifier(dependencies: IdentifierDependencies): Identify {
  const { locate, verifier, revocation, checkByHost, deriveClaims, logger = silentLogger } = dependencies
  const expected: ExpectedType = dependencies.verifyType === false ? 'any' : 'access'
  const checked = dependencies.skipRevocationCheck === true ? undefined : revocation

  function identify(source: RequestSource): Awaitable<Identified> {
    const found = locate(source)
    if (found.kind === 'none') return found.hint === undefined ? NOBODY : nobody(found, found.hint)
    if (found.kind === 'malformed') {
      const { reason, location } = found
      return refused(Object.freeze({ kind: 'invalid', code: 'INVALID_REQUEST', reason, location }), found)
    }
    const verdict = verifier.verify(found.raw, expected)
    if (isPromise(verdict)) return verdict.then((settled) => conclude(settled, found))
    return conclude(verdict, found)
  }

  function conclude(verdict: Verdict, presented: Found): Awaitable<Identified> {
    const { location } = presented
    if (verdict.kind === 'invalid') return refused(invalid(verdict.reason, location), presented)
    if (verdict.kind === 'unavailable') {
      logger.error({ err: verdict.cause }, 'the keys that verify tokens cannot be read')
      return refused(unavailable(location), presented)
    }
    if (!isProven(presented, verdict.claims)) return refused(UNPROVEN, presented)
    if (verdict.kind === 'expired') return refused(expired(verdict, location), presented, verdict)
    const state = checked === undefined ? 'live' : askRevocation(checked, verdict)
    if (state === 'superseded') return refused(expired(verdict, location), presented, verdict)
    if (state === 'unavailable') return refused(unavailable(location), presented)
    if (state === 'revoked') return refused(revoked(verdict, location), presented, verdict)
    const byHost = checkByHost?.(verdict) ?? 'good'
    if (isPromise(byHost)) return byHost.then((settled) => heed(settled, verdict, presented))
    return heed(byHost, verdict, presented)
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
        genuine: { header, claims },
      }
    } catch (err) {
      logger.error({ err }, 'the rights of a token cannot be read')
      const reason = err instanceof Error ? err.message : 'grants failed'
      return refused(rejected(reason, location), presented, token)
    }
  }

  return identify
}

function refused(identity: Identity, presented: Located, token?: ValidToken | ExpiredToken): Identified {
  const genuine = token === undefined ? null : { header: token.header, claims: token.claims }
  return { identity, claims: null, presented, genuine }
}

function rejected(reason: string, location: TokenLocation): Identity {
  return Object.freeze({ kind: 'invalid', code: 'CLAIMS_REJECTED', reason, location })
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
