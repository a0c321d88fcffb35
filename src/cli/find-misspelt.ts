import { distance } from 'fastest-levenshtein'
import { OPTION_TABLE } from '../base/option-table.js'
import type { Process } from './process.js'

/** Of shorter names somebody else has one that is almost the same. */
const SHORTEST = 8
/** From this length on, two letters may be wrong or swapped, below it one. */
const LONG = 12

/** A variable that nobody reads, and the one of ours that was probably meant. */
export interface Misspelt {
  readonly variable: string
  readonly meant: string
}

/** Variables that are almost ours, where ours is not set. They may be somebody else's. */
export function findMisspelt(env: Process['env']): Misspelt[] {
  const ours = Object.values(OPTION_TABLE).map((spec) => spec.env)
  const unset = ours.filter((name) => name.length >= SHORTEST && env[name] === undefined)
  return Object.keys(env).flatMap((variable) => {
    const meant = ours.some((name) => name === variable)
      ? undefined
      : unset.find((name) => isNear(variable, name))
    return meant === undefined ? [] : [{ variable, meant }]
  })
}

function isNear(variable: string, name: string): boolean {
  // The library's time grows with the length, and an environment may hold anything.
  if (Math.abs(variable.length - name.length) > 2) return false
  return distance(variable.toUpperCase(), name) <= (name.length < LONG ? 1 : 2)
}
