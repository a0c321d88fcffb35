import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { fragmentsByName } from './fragments-by-name.js'

/**
 * Returns a fragment that spreads itself, directly or through others; null when none does. Without recursion, because a
 * chain of fragments can be as long as the text.
 */
export function findFragmentCycle(document: DocumentNode): string | null {
  const spreads = new Map<string, readonly string[]>()
  for (const [name, selectionSet] of fragmentsByName(document)) spreads.set(name, spreadsOf(selectionSet))
  const states = new Map<string, 'open' | 'done'>()
  for (const start of spreads.keys()) {
    const path: Step[] = []
    const enter = (name: string) => {
      states.set(name, 'open')
      path.push({ name, left: [...(spreads.get(name) ?? [])] })
    }
    if (!states.has(start)) enter(start)
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const next = step.left.pop()
      if (next === undefined) {
        states.set(step.name, 'done')
        path.pop()
      } else if (states.get(next) === 'open') return next
      else if (!states.has(next)) enter(next)
    }
  }
  return null
}

/** A fragment on the path, and its spreads that are still to follow. */
interface Step {
  readonly name: string
  readonly left: string[]
}

function spreadsOf(selectionSet: SelectionSetNode): string[] {
  const names: string[] = []
  const sets = [selectionSet]
  for (const { selections } of sets) {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) names.push(selection.name.value)
      else if (selection.selectionSet !== undefined) sets.push(selection.selectionSet)
    }
  }
  return names
}
