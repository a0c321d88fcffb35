import { findNearest } from '../base/nearest-name.js'
import { OPTION_TABLE } from '../base/option-table.js'
import type { Process } from './process.js'

/** Shorter names are too close to those of other programs. */
const SHORTEST = 8

/** A variable that is not read, and the one that was probably meant. */
export interface Misspelt {
  readonly variable: string
  readonly meant: string
}

/** Finds variables with almost the name of one of ours that is not set. They may belong to another program. */
export function findMisspelt(env: Process['env']): Misspelt[] {
  const ours = Object.values(OPTION_TABLE).map((spec) => spec.env)
  const unset = ours.filter((name) => name.length >= SHORTEST && env[name] === undefined)
  return Object.keys(env).flatMap((variable) => {
    const meant = ours.some((name) => name === variable) ? undefined : findNearest(variable, unset)
    return meant === undefined ? [] : [{ variable, meant }]
  })
}
