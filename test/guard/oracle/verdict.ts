import type { Viewer } from '../../../src/guard/index.js'
import { denialOf } from './rules.js'
import type { Testimony, Visit } from './witness.js'

/** What must come of an operation, told from what ran without a guard. */
export type Expected =
  | { readonly kind: 'refused'; readonly code: string }
  /** The data that remains, and the codes of what was made null. */
  | { readonly kind: 'allowed'; readonly data: unknown; readonly codes: readonly string[] }

const GRAVITY = ['TOKEN_EXPIRED', 'UNAUTHENTICATED', 'FORBIDDEN', 'FRESH_REQUIRED']

/**
 * Judges by provenance: what an unguarded execution showed, less what this viewer may not see. All of a document is
 * refused for one visit that rejects.
 */
export function expectedOf({ result, visits }: Testimony, viewer: Viewer): Expected {
  const isBad = viewer.kind !== 'active' && viewer.kind !== 'anonymous'
  const rejecting = visits.flatMap(({ rules }) =>
    rules
      .filter(({ givesNull }) => isBad || givesNull !== true)
      .flatMap((rule) => denialOf(rule, viewer) ?? []),
  )
  const code = GRAVITY.find((grave) => rejecting.includes(grave))
  if (code !== undefined) return { kind: 'refused', code }
  const data: unknown = structuredClone(result.data)
  const codes: string[] = []
  // Parents come before what they contain: within what is null already there is nothing to make null.
  for (const visit of visits.toSorted((one, other) => one.path.length - other.path.length)) {
    const nullCode = nullCodeOf(visit, viewer)
    if (nullCode !== undefined && makeNull(data, visit.path)) codes.push(nullCode)
  }
  return { kind: 'allowed', data, codes: codes.sort() }
}

function nullCodeOf({ rules }: Visit, viewer: Viewer): string | undefined {
  const codes = rules.filter(({ givesNull }) => givesNull).map((rule) => denialOf(rule, viewer))
  return GRAVITY.find((grave) => codes.includes(grave))
}

function makeNull(data: unknown, path: readonly (string | number)[]): boolean {
  const parents = path.slice(0, -1)
  const last = path.at(-1)
  let parent = data as Record<string | number, unknown> | null | undefined
  for (const key of parents) parent = parent?.[key] as typeof parent
  if (parent == null || last === undefined || !Object.hasOwn(parent, last)) return false
  parent[last] = null
  return true
}
