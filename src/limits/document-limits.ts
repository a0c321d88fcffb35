import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { DocumentLimits } from '../base/options.js'
import { fragmentsByName } from './fragments-by-name.js'

/** A limit that a document goes beyond. */
export interface Excess {
  readonly limit: keyof DocumentLimits
  readonly max: number
}

/** Fields that are answered under one name, or all that stands in one place: what validation compares, pair by pair. */
interface Merged {
  count: number
  /** The schema itself, or a part of it. */
  isSchema: boolean
  readonly sets: SelectionSetNode[]
}

/** What one operation has so far. */
interface Tally {
  readonly fragments: ReadonlyMap<string, SelectionSetNode>
  readonly reached: Set<string>
  readonly limits: DocumentLimits
  aliases: number
}

/** Of each alias by which the schema, or a list of it, is asked for once more: the answer has all of it, again. */
const SCHEMA_AGAIN = 300

/**
 * The first limit that a document goes beyond; null: none. All operations count, with their fragments written out, as do
 * fragments that none of them uses: validation looks at everything. It takes no more time than the limits allow, so that
 * it can be asked before validation, whose time is the square of what is repeated.
 */
export function findExcess(document: DocumentNode, limits: DocumentLimits): Excess | null {
  const fragments = fragmentsByName(document)
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const reached = new Set<string>()
  let cost = 0
  const spend = (selectionSet: SelectionSetNode): Excess | null => {
    const tally = { fragments, reached, limits, aliases: 0 }
    const left = limits.maxCost - cost
    const spent = measureLevel(tally, { sets: [selectionSet], depth: 1, isSchema: false, left })
    if (typeof spent !== 'number') return spent
    cost += spent
    return null
  }
  for (const { selectionSet, directives = [] } of operations) {
    cost += directives.length
    const excess = spend(selectionSet)
    if (excess !== null) return excess
  }
  for (const [name, selectionSet] of fragments) {
    const excess = reached.has(name) ? null : spend(selectionSet)
    if (excess !== null) return excess
  }
  return null
}

/** What the selections cost that are merged in one place, with all below them; or the limit that they go beyond. */
function measureLevel(
  tally: Tally,
  level: { sets: readonly SelectionSetNode[]; depth: number; isSchema: boolean; left: number },
): number | Excess {
  const { limits } = tally
  const { depth } = level
  if (depth > limits.maxDepth) return { limit: 'maxDepth', max: limits.maxDepth }
  const { byName, cost: own } = collect(tally, level.sets, level.isSchema)
  if (tally.aliases > limits.maxAliases) return { limit: 'maxAliases', max: limits.maxAliases }
  if (depth === 1 && byName.size > limits.maxRootFields) {
    return { limit: 'maxRootFields', max: limits.maxRootFields }
  }
  let cost = own
  for (const { count, sets, isSchema } of byName.values()) {
    cost += pairsOf(count)
    if (cost > level.left) return { limit: 'maxCost', max: limits.maxCost }
    if (sets.length === 0) continue
    const below = measureLevel(tally, { sets, depth: depth + 1, isSchema, left: level.left - cost })
    if (typeof below !== 'number') return below
    cost += below
  }
  return cost > level.left ? { limit: 'maxCost', max: limits.maxCost } : cost
}

/** The fields of one place by the name that they are answered under, and what they cost by themselves. */
function collect(
  tally: Tally,
  sets: readonly SelectionSetNode[],
  isSchema: boolean,
): { byName: Map<string, Merged>; cost: number } {
  const byName = new Map<string, Merged>()
  const spread = new Set<string>()
  let cost = 0
  let spreads = 0
  // A list that grows, and no recursion: fragments can spread one another in a chain as long as the text.
  const selections: SelectionNode[] = []
  const add = (set: SelectionSetNode | undefined) =>
    set?.selections.forEach((one) => void selections.push(one))
  sets.forEach(add)
  for (const selection of selections) {
    cost += 1 + (selection.directives?.length ?? 0)
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      add(selection.selectionSet)
      continue
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const name = selection.name.value
      spreads++
      // Here all its further spreads add nothing; where it is not at all, validation will say so.
      if (spread.has(name)) continue
      spread.add(name)
      tally.reached.add(name)
      add(tally.fragments.get(name))
      continue
    }
    const isOfSchema = isSchema || selection.name.value === '__schema'
    if (selection.alias !== undefined) {
      tally.aliases++
      if (isOfSchema && selection.selectionSet !== undefined) cost += SCHEMA_AGAIN
    }
    const name = (selection.alias ?? selection.name).value
    const merged = byName.get(name) ?? { count: 0, isSchema: isOfSchema, sets: [] }
    merged.count++
    if (selection.selectionSet !== undefined) merged.sets.push(selection.selectionSet)
    byName.set(name, merged)
  }
  return { byName, cost: cost + pairsOf(spreads) }
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2
}
