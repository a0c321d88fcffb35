import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql'

/**
 * The selections of each fragment. Fragments with one name count as one with all their selections: validation reads
 * each of them, and executors differ in which one they run.
 */
export function fragmentsByName({ definitions }: DocumentNode): ReadonlyMap<string, SelectionSetNode> {
  const selections = new Map<string, SelectionNode[]>()
  for (const one of definitions) {
    if (one.kind !== Kind.FRAGMENT_DEFINITION) continue
    const known = selections.get(one.name.value) ?? []
    selections.set(one.name.value, known)
    for (const selection of one.selectionSet.selections) known.push(selection)
  }
  return new Map(
    [...selections].map(([name, all]) => [name, { kind: Kind.SELECTION_SET, selections: all }] as const),
  )
}
