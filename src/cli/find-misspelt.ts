import { findNearest } from '../base/nearest-name.js'
import { OPTION_TABLE } from '../base/option-table.js'
import type { Process } from './process.js'

/** Of shorter names somebody else has one that is almost the same. */
const SHORTEST = 8

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
    const meant = ours.some((name) => name === variable) ? undefined : findNearest(variable, unset)
    return meant === undefined ? [] : [{ variable, meant }]
  })
}
