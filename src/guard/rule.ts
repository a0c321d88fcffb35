/**
 * One thing that a guard demands of the viewer. All but `optional` demand a valid access token.
 * Equal rules of a schema are one object, so that an operation judges each of them once.
 */
export type Rule =
  /** Anybody without a bad token. */
  | { readonly kind: 'optional' }
  | { readonly kind: 'active' }
  | { readonly kind: 'roles'; readonly anyOf: readonly string[] }
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }
  | { readonly kind: 'claim'; readonly name: string; readonly in: readonly string[] }
  /** `maxAge`: the most seconds since the password was given; null: the token itself is fresh. */
  | { readonly kind: 'fresh'; readonly maxAge: number | null }
  /** Names of the host's functions. */
  | { readonly kind: 'policy'; readonly anyOf: readonly (readonly string[])[] }
  /** Holds for nobody. */
  | { readonly kind: 'never' }

/** The rules of a place in the schema: all must hold. */
export interface Requirement {
  /** Where one does not hold, the whole operation is refused. */
  readonly reject: readonly Rule[]
  /** Where one does not hold, the field is null. */
  readonly nullify: readonly Rule[]
}

export const NOTHING: Requirement = { reject: [], nullify: [] }

export function isNothing(requirement: Requirement): boolean {
  return requirement.reject.length === 0 && requirement.nullify.length === 0
}

/** Everything that any of these demand, each rule once. */
export function allOf(requirements: readonly Requirement[]): Requirement {
  const demanding = requirements.filter((requirement) => !isNothing(requirement))
  if (demanding.length < 2) return demanding[0] ?? NOTHING
  const reject = new Set(demanding.flatMap((requirement) => requirement.reject))
  const nullify = new Set(demanding.flatMap((requirement) => requirement.nullify))
  return { reject: [...reject], nullify: [...nullify].filter((rule) => !reject.has(rule)) }
}
