import {
  type ASTNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ObjectFieldNode,
  type ValueNode,
} from 'graphql'
import type { Condition } from './conditions.js'
import type { InputAtlas } from './inputs.js'
import type { Block } from './plan.js'
import { isNothing, type Requirement } from './rule.js'

/** Where in a document a value stands. */
export interface InputPlace {
  readonly conditions: readonly Condition[]
  /** Whether a variable here is one of the operation's. */
  readonly knowsVariables: boolean
  readonly block: Block
}

/** Notes every guarded input that a value gives: at once for a literal, by a probe for a variable. */
export function compileInput(
  node: ValueNode,
  { type, atlas, place }: { type: GraphQLInputType; atlas: InputAtlas; place: InputPlace },
): void {
  if (atlas.reachableFrom(type).size === 0) return
  if (node.kind === Kind.VARIABLE) {
    probe(node, { type, atlas, place })
  } else if (isNonNullType(type) || (isListType(type) && node.kind !== Kind.LIST)) {
    // GraphQL reads a single value as a list of one.
    compileInput(node, { type: type.ofType, atlas, place })
  } else if (isListType(type) && node.kind === Kind.LIST) {
    for (const item of node.values) compileInput(item, { type: type.ofType, atlas, place })
  } else if (isInputObjectType(type) && node.kind === Kind.OBJECT) {
    for (const field of node.fields) compileField(field, { type, atlas, place })
  }
}

function compileField(
  node: ObjectFieldNode,
  { type, atlas, place }: { type: GraphQLInputObjectType; atlas: InputAtlas; place: InputPlace },
): void {
  const fields = type.getFields()
  const field = Object.hasOwn(fields, node.name.value) ? fields[node.name.value] : undefined
  if (field === undefined) return
  const coordinate = `${type.name}.${field.name}`
  demandGiven(atlas.requirementOf(type, field.name), { coordinate, node, value: node.value, place })
  compileInput(node.value, { type: field.type, atlas, place })
}

/** A place that is given a variable is not given anything where the variable is not. */
export function demandGiven(
  requirement: Requirement,
  given: { coordinate: string; node: ASTNode; value: ValueNode; place: InputPlace },
): void {
  if (isNothing(requirement)) return
  const { coordinate, node, value, place } = given
  const conditions: Condition[] = [...place.conditions]
  if (value.kind === Kind.VARIABLE && place.knowsVariables) {
    conditions.push({ variable: value.name.value, counts: 'if given' })
  }
  place.block.clauses.push({ requirement, conditions, mention: { coordinate, node } })
}

function probe(
  node: Extract<ValueNode, { kind: Kind.VARIABLE }>,
  { type, atlas, place }: { type: GraphQLInputType; atlas: InputAtlas; place: InputPlace },
): void {
  const { conditions, knowsVariables, block } = place
  if (knowsVariables) {
    block.probes.push({ variable: node.name.value, type, conditions, node })
    return
  }
  for (const [coordinate, requirement] of atlas.reachableFrom(type)) {
    block.clauses.push({ requirement, conditions, mention: { coordinate, node } })
  }
}
