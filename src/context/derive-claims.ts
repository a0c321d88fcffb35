import type { Claims } from '../base/claims.js'
import type { Clock } from '../base/clock.js'
import type { VerifyConfig } from '../base/options.js'
import { aheadSecondsOf } from '../tokens/clock-skew.js'
import { applyGrants, type ReadGrants } from './grants.js'

/** Adds to the claims of another issuer's token: its rights, by `grants`, and until when it is fresh. */
export function createClaimsDeriver(dependencies: {
  readonly config: VerifyConfig
  readonly clock: Clock
  readonly grants?: ReadGrants
}): (claims: Claims) => Claims {
  const { config, clock, grants } = dependencies
  const aheadSeconds = aheadSecondsOf(config)

  function addFresh(claims: Claims): Claims {
    const authTime: unknown = claims.auth_time
    if (claims.fresh !== undefined || typeof authTime !== 'number') return claims
    // A password is never entered in the future.
    if (authTime > clock.now() / 1000 + aheadSeconds) return claims
    const next: Record<string, unknown> = Object.assign(Object.create(null), claims)
    next.fresh = authTime + config.freshForSeconds
    return Object.freeze(next) as Claims
  }

  return (claims) => (grants === undefined ? addFresh(claims) : applyGrants(addFresh(claims), grants))
}
