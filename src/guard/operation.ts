import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql'
import type { FindFragment } from './plan.js'

const NO_FRAGMENTS: FindFragment = () => undefined
const FRAGMENTS = new WeakMap<DocumentNode, FindFragment>()

/**
 * The operations of a document that an executor may run under this name. None, or several without a name: it runs
 * nothing.
 */
export function operationsNamed(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode[] {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  return name == null ? operations : operations.filter((operation) => operation.name?.value === name)
}

/** Whether two fragments have one name: executors differ on which of them they run, and validation refuses both. */
export function hasTwinFragments({ definitions }: DocumentNode): boolean {
  const names = new Set<string>()
  for (const definition of definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue
    if (names.has(definition.name.value)) return true
    names.add(definition.name.value)
  }
  return false
}

/** Of two fragments by one name graphql takes the last. */
export function fragmentsOf(document: DocumentNode): FindFragment {
  const known = FRAGMENTS.get(document)
  if (known !== undefined) return known
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const find: FindFragment = fragments.size === 0 ? NO_FRAGMENTS : (name) => fragments.get(name)
  FRAGMENTS.set(document, find)
  return find
}
