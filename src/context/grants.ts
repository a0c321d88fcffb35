import type { Claims } from '../base/claims.js'

/**
 * The rights in a token whose claims have another shape than ours. A list that is present, even as `undefined`,
 * replaces the token's own: `roles` the claim `roles`; `scopes` the claims `scope` and `scopes`.
 */
export interface Grants {
  readonly roles?: unknown
  readonly scopes?: unknown
}

/** Returns the rights in a token's claims. Called at every request, so keep it synchronous and free of side effects. */
export type ReadGrants<TClaims = Claims> = (claims: TClaims) => Grants

/**
 * Returns the claims with the rights that `grants` read, frozen.
 * @throws {TypeError} when `grants` returns anything but lists of text, because guessing could grant rights; otherwise
 * what `grants` throws.
 */
export function applyGrants(claims: Claims, readGrants: ReadGrants): Claims {
  const grants: unknown = readGrants(claims)
  if (typeof grants !== 'object' || grants === null || 'then' in grants) {
    throw new TypeError('grants must answer { roles, scopes }, and not a promise')
  }
  const next: Record<string, unknown> = Object.assign(Object.create(null), claims)
  if ('roles' in grants) next.roles = readList('roles', grants.roles)
  if ('scopes' in grants) {
    next.scopes = readList('scopes', grants.scopes)
    delete next.scope
  }
  return Object.freeze(next) as Claims
}

function readList(name: string, value: unknown): readonly string[] {
  if (value === undefined) return Object.freeze([])
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw new TypeError(`grants: ${name} must be a list of texts`)
  }
  // A copy, because the host may change its list later.
  return Object.freeze([...value])
}
