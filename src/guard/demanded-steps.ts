import type { GraphQLCompositeType } from 'graphql'
import type { Condition } from './conditions.js'
import type { FieldStep } from './possible-types.js'

type Parents = Set<GraphQLCompositeType>
type Seen = Map<readonly Condition[], Map<FieldStep, Parents>>

interface Selected {
  readonly parent: GraphQLCompositeType
  readonly conditions: readonly Condition[]
}

/** A field that is selected again under the same conditions demands nothing more. Each block has conditions of its own. */
export class DemandedSteps {
  readonly #atOnce: Seen = new Map()
  readonly #whenFound: Seen = new Map()

  /** Returns whether the field demands anything new. */
  add(step: FieldStep, { parent, conditions }: Selected, isLater = false): boolean {
    if (step.requirements.length === 0) return false
    const seen = isLater ? this.#whenFound : this.#atOnce
    const steps = seen.get(conditions) ?? new Map<FieldStep, Parents>()
    if (steps.size === 0) seen.set(conditions, steps)
    const parents = steps.get(step)
    if (parents === undefined) steps.set(step, new Set([parent]))
    else if (parents.has(parent)) return false
    else parents.add(parent)
    return true
  }
}
