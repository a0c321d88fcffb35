import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  isInterfaceType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { conditionsOf } from './conditions.js'
import { rulesOf } from './plan.js'
import type { Requirement } from './rule.js'

const ID = 'id'

/**
 * Whether a selection set is what Relay's compiler writes to fetch an object again: `__typename ...F id` on an interface,
 * with a fragment that leaves some of its types out. Then the client means the object that the fragment is about, and its
 * `id` is judged by the object that is found.
 */
export function isRefetch(
  { selections }: SelectionSetNode,
  parent: GraphQLCompositeType,
  leavesSomeOut: (fragment: Exclude<SelectionNode, FieldNode>) => boolean,
): boolean {
  return (
    isInterfaceType(parent) &&
    selections.some((selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename') &&
    selections.some(
      (selection) =>
        selection.kind !== Kind.FIELD &&
        conditionsOf(selection.directives).length === 0 &&
        leavesSomeOut(selection),
    )
  )
}

export function isRefetched({ name, selectionSet }: FieldNode): boolean {
  return name.value === ID && selectionSet === undefined
}

/** Whether a field of this type may be judged by the object that is found, and not before. */
export function mayBeRefetched(parent: GraphQLObjectType, fieldName: string): boolean {
  return fieldName === ID && parent.getInterfaces().some((one) => Object.hasOwn(one.getFields(), ID))
}

/** The requirement as one that is looked at when the field runs. Policies are only asked ahead. */
export function judgedWhenFound(requirement: Requirement): Requirement {
  if (requirement.reject.some(({ kind }) => kind === 'policy')) return requirement
  return { reject: [], nullify: rulesOf(requirement) }
}
