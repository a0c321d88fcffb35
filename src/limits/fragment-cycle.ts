import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { fragmentsByName } from './fragments-by-name.js'

/** A fragment that spreads itself, however deep and by way of whichever others; null: none does. */
export function findFragmentCycle(document: DocumentNode): string | null {
  const spreads = new Map<string, readonly string[]>()
  for (const [name, selectionSet] of fragmentsByName(document)) spreads.set(name, spreadsOf(selectionSet))
  const states = new Map<string, 'open' | 'done'>()
  const search = (name: string): string | null => {
    const state = states.get(name)
    if (state !== undefined) return state === 'open' ? name : null
    states.set(name, 'open')
    for (const next of spreads.get(name) ?? []) {
      const found = search(next)
      if (found !== null) return found
    }
    states.set(name, 'done')
    return null
  }
  for (const name of spreads.keys()) {
    const found = search(name)
    if (found !== null) return found
  }
  return null
}

function spreadsOf(selectionSet: SelectionSetNode): string[] {
  const names: string[] = []
  const take = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) names.push(selection.name.value)
      else if (selection.selectionSet !== undefined) take(selection.selectionSet)
    }
  }
  take(selectionSet)
  return names
}
