import type { Claims } from '../base/claims.js'

/**
 * Where the rights stand in a token whose claims have another shape than ours. A list that it names, also as
 * `undefined`, replaces what the token says: `roles` the claim `roles`; `scopes` the claims `scope` and `scopes`.
 */
export interface Grants {
  readonly roles?: unknown
  readonly scopes?: unknown
}

/** Synchronous and without side effects: it is asked at every request. */
export type ReadGrants<TClaims = Claims> = (claims: TClaims) => Grants

/**
 * The claims with the rights that `grants` read from them, frozen. Throws what `grants` throws, and `TypeError` when it
 * answers anything but lists of text: guessing would grant.
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
  // A copy: the host may keep its list and change it.
  return Object.freeze([...value])
}
