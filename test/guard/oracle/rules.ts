import type { Viewer } from '../../../src/guard/index.js'

export const NOW = 1_800_000_000

/** A rule as a host writes it, and what it means, told by another than the guard. */
export interface OracleRule {
  readonly sdl: string
  /** The code for a bearer of a valid token, or null where the rule holds. */
  readonly denies: (viewer: Viewer) => 'FORBIDDEN' | 'FRESH_REQUIRED' | null
  readonly allowsNobody?: true
  readonly givesNull?: true
}

const holds = () => null
const hasRole = (viewer: Viewer, ...roles: string[]) => roles.some((role) => viewer.roles?.includes(role))
const hasScope = (viewer: Viewer, scope: string) => viewer.scopes?.includes(scope) === true
const needs = (test: (viewer: Viewer) => boolean) => (viewer: Viewer) => (test(viewer) ? null : 'FORBIDDEN')
const needsFresh = (test: (viewer: Viewer) => boolean) => (viewer: Viewer) =>
  test(viewer) ? null : 'FRESH_REQUIRED'

export const NO_RULE: OracleRule = { sdl: '', denies: holds, allowsNobody: true }

/** Rules for everywhere. */
export const RULES: readonly OracleRule[] = [
  { sdl: '@auth', denies: holds },
  { sdl: '@auth(optional: true)', denies: holds, allowsNobody: true },
  { sdl: '@auth(roles: ["a"])', denies: needs((viewer) => hasRole(viewer, 'a')) },
  { sdl: '@auth(roles: ["a", "b"])', denies: needs((viewer) => hasRole(viewer, 'a', 'b')) },
  {
    sdl: '@auth(roles: ["a"]) @auth(roles: ["b"])',
    denies: needs((viewer) => hasRole(viewer, 'a') && hasRole(viewer, 'b')),
  },
  {
    sdl: '@auth(scopes: [["x", "y"]])',
    denies: needs((viewer) => hasScope(viewer, 'x') && hasScope(viewer, 'y')),
  },
  {
    sdl: '@auth(scopes: [["x"], ["y"]])',
    denies: needs((viewer) => hasScope(viewer, 'x') || hasScope(viewer, 'y')),
  },
  {
    sdl: '@auth(claims: [{ name: "tier", in: ["gold", "1"] }])',
    denies: needs(({ claims }) => claims?.tier === 'gold' || claims?.tier === 1),
  },
  {
    sdl: '@auth(roles: ["b"], scopes: [["x"]])',
    denies: needs((viewer) => hasRole(viewer, 'b') && hasScope(viewer, 'x')),
  },
  { sdl: '@fresh', denies: needsFresh(({ fresh }) => fresh === true) },
  {
    sdl: '@fresh(maxAge: 3600) @fresh(maxAge: 60)',
    // A time ahead of us is none.
    denies: needsFresh(({ authTime = 0 }) => authTime >= NOW - 60 && authTime <= NOW),
  },
]

/** Rules for fields and object types only. */
export const NULL_RULES: readonly OracleRule[] = [
  { sdl: '@auth(onDeny: NULL)', denies: holds, givesNull: true },
  {
    sdl: '@auth(roles: ["a"], onDeny: NULL)',
    denies: needs((viewer) => hasRole(viewer, 'a')),
    givesNull: true,
  },
]

/** What a rule answers a viewer, whoever it is. */
export function denialOf(rule: OracleRule, viewer: Viewer): string | null {
  if (rule === NO_RULE) return null
  if (viewer.kind === 'active') return rule.denies(viewer)
  if (viewer.kind !== 'anonymous') return 'TOKEN_EXPIRED'
  return rule.allowsNobody === true ? null : 'UNAUTHENTICATED'
}
