import type { Condition } from './conditions.js'
import type { FieldStep } from './possible-types.js'

/** A field that is selected again under the same conditions demands nothing more. Each block has conditions of its own. */
export class DemandedSteps {
  readonly #steps = new Map<readonly Condition[], Map<FieldStep, Set<string>>>()

  /** Returns whether it is new. */
  add(step: FieldStep, coordinate: string, conditions: readonly Condition[]): boolean {
    const steps = this.#steps.get(conditions) ?? new Map<FieldStep, Set<string>>()
    this.#steps.set(conditions, steps)
    const coordinates = steps.get(step) ?? new Set()
    steps.set(step, coordinates)
    const isNew = !coordinates.has(coordinate)
    coordinates.add(coordinate)
    return isNew
  }
}
