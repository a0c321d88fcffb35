import { distance } from 'fastest-levenshtein'

/** From this length on, two letters may be wrong or swapped, below it one. */
const LONG = 12

/** The first of the names that is almost this one, in upper or lower case. */
export function findNearest(given: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (isNear(given, name)) return name
  return undefined
}

/** Says which of the names was meant; `otherwise` when none of them is near. */
export function suggestName(given: string, names: Iterable<string>, otherwise: string): string {
  const meant = findNearest(given, names)
  return meant === undefined ? otherwise : `did you mean ${meant}?`
}

function isNear(given: string, name: string): boolean {
  // The library's time grows with the length, and an environment may hold anything.
  if (Math.abs(given.length - name.length) > 2) return false
  return distance(given.toUpperCase(), name.toUpperCase()) <= (name.length < LONG ? 1 : 2)
}
