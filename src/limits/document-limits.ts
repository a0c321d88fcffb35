import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { DocumentLimits } from '../base/options.js'
import { fragmentsByName } from './fragments-by-name.js'

/** A limit that a document exceeds. */
export interface Excess {
  readonly limit: keyof DocumentLimits
  readonly max: number
}

/** Fields with one response name, or all fields in one place: validation compares them in pairs. */
interface Merged {
  count: number
  /** Whether it is the schema, or a part of it. */
  isSchema: boolean
  readonly sets: SelectionSetNode[]
}

/** The counts of one operation so far. */
interface Tally {
  readonly fragments: ReadonlyMap<string, SelectionSetNode>
  readonly reached: Set<string>
  readonly limits: DocumentLimits
  aliases: number
}

/** The cost of each alias that requests the schema, or a list of it, once more: the response repeats all of it. */
const SCHEMA_AGAIN = 300

/**
 * Returns the first limit that a document exceeds, or null. All operations count, with their fragments expanded, and
 * unused fragments too: validation reads everything. The time is bounded by the limits, so that it can run before
 * validation, whose time is quadratic in repetitions.
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

/** The cost of the selections merged in one place, with everything below; or the limit that they exceed. */
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

/** The fields of one place by response name, and their own cost. */
function collect(
  tally: Tally,
  sets: readonly SelectionSetNode[],
  isSchema: boolean,
): { byName: Map<string, Merged>; cost: number } {
  const byName = new Map<string, Merged>()
  const spread = new Set<string>()
  let cost = 0
  let spreads = 0
  // A growing list instead of recursion, because fragments can form a chain as long as the text.
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
      // Further spreads add nothing here. Validation reports a fragment that doesn't exist.
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
