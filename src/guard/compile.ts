import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { AuthError } from '../base/errors.js'
import { compileInput, demandGiven } from './compile-inputs.js'
import { type Condition, conditionsOf } from './conditions.js'
import { DemandedSteps } from './demanded-steps.js'
import { findMetaName, isOwnMetaField } from './meta-fields.js'
import { type Block, emptyBlock, type FindFragment, type Plan, rulesOf } from './plan.js'
import type { FieldStep, PossibleTypes, TypeAtlas } from './possible-types.js'
import { isRefetch, isRefetched, judgedWhenFound } from './refetch.js'
import type { Requirements } from './requirements.js'
import { isNothing, type Requirement, type Rule } from './rule.js'
import { refuseTooComplex } from './too-complex.js'

interface PlanOptions {
  readonly schema: GraphQLSchema
  readonly requirements: Requirements
  readonly atlas: TypeAtlas
  readonly operation: OperationDefinitionNode
  readonly findFragment: FindFragment
}

/** Throws `GRAPHQL_VALIDATION_FAILED` for a document that does not fit the schema: it cannot be judged. */
export function compilePlan(options: PlanOptions): Plan {
  const rootType = options.schema.getRootType(options.operation.operation)
  if (rootType == null) throw new AuthError('GRAPHQL_VALIDATION_FAILED')
  return new Compiler(options).compile(rootType)
}

/** Where the compiler stands in the document. */
interface Place {
  /** The type by which the client knows the value. */
  readonly parent: GraphQLCompositeType
  /** What the value can really be. */
  readonly possible: PossibleTypes
  readonly conditions: readonly Condition[]
  /** Whether `@skip` and `@include` may look at the operation's variables. */
  readonly knowsVariables: boolean
  /** Whether the `id` that is selected here is judged by the object that is found. */
  readonly isRefetch: boolean
  readonly block: Block
}

/** A fragment reached with more kinds of values than this is judged for all that it can be reached with. */
const MAX_NARROWINGS = 64
/** Selections that are compiled for further kinds of values, in all; then each fragment is judged for all its kinds. */
const MAX_REPEATED = 20_000
/** Clauses of a plan. Each selection has few, unless it has rules of many types under conditions of its own. */
const MAX_CLAUSES = 50_000

class Compiler {
  readonly #schema: GraphQLSchema
  readonly #requirements: Requirements
  readonly #atlas: TypeAtlas
  readonly #operation: OperationDefinitionNode
  readonly #findFragment: FindFragment
  readonly #rules = new Set<Rule>()
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #blocks = new Map<string, Map<string, Block>>()
  readonly #demanded = new DemandedSteps()
  #repeating = 0
  #repeated = 0
  #clauses = 0
  #introspects = false
  #readsData = false

  constructor(options: PlanOptions) {
    this.#schema = options.schema
    this.#requirements = options.requirements
    this.#atlas = options.atlas.forDocument()
    this.#operation = options.operation
    this.#findFragment = options.findFragment
  }

  compile(rootType: GraphQLCompositeType): Plan {
    const block = emptyBlock()
    const types = { parent: rootType, possible: this.#atlas.typesOf(rootType) }
    this.#visit(this.#operation.selectionSet, startOf(block, types))
    return {
      rules: [...this.#rules],
      block,
      inputs: this.#requirements.inputs,
      fragments: this.#fragments,
      introspects: this.#introspects,
      readsData: this.#readsData,
    }
  }

  #visit(selectionSet: SelectionSetNode, place: Place): void {
    const refetches = isRefetch(selectionSet, place.parent, (fragment) =>
      this.#leavesSomeOut(fragment, place),
    )
    // One place for all selections: a copy for each doubles the time to compile.
    const here = place.isRefetch === refetches ? place : { ...place, isRefetch: refetches }
    for (const selection of selectionSet.selections) {
      const own = conditionsOf(selection.directives)
      if (own === 'never') continue
      const conditions =
        here.knowsVariables && own.length > 0 ? [...here.conditions, ...own] : here.conditions
      this.#visitSelection(selection, conditions === here.conditions ? here : { ...here, conditions })
    }
  }

  #leavesSomeOut(node: Exclude<SelectionNode, FieldNode>, { possible }: Place): boolean {
    const { typeCondition } = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragmentNamed(node.name.value)
    const type = typeCondition && this.#schema.getType(typeCondition.name.value)
    if (!isCompositeType(type)) return false
    const { length } = this.#atlas.narrow(possible, type).types
    return length > 0 && length < possible.types.length
  }

  #visitSelection(selection: SelectionNode, place: Place): void {
    if (this.#repeating > 0) this.#repeated++
    switch (selection.kind) {
      case Kind.FIELD:
        this.#visitField(selection, place)
        break
      case Kind.INLINE_FRAGMENT:
        this.#visit(selection.selectionSet, this.#enter(selection, selection.typeCondition, place))
        break
      case Kind.FRAGMENT_SPREAD: {
        const fragment = this.#fragmentNamed(selection.name.value)
        const narrowed = this.#enter(selection, fragment.typeCondition, place)
        const block = this.#blockOf(fragment, narrowed)
        place.block.fragments.push({ conditions: place.conditions, block })
      }
    }
  }

  #visitField(node: FieldNode, place: Place): void {
    const { parent, possible } = place
    const name = node.name.value
    if (name === '__typename') return
    const metaName = parent === this.#schema.getQueryType() ? findMetaName(name) : undefined
    if (metaName !== undefined) {
      // Whoever may ask for the schema may ask for all of what it is: there is nothing within to be judged.
      this.#introspects = true
      const canFilter = isOwnMetaField(this.#schema, name)
      const requirement = this.#requirements.ofIntrospection({ canFilter })
      this.#demand(requirement, `${parent.name}.${metaName}`, node, place)
      return
    }
    this.#readsData = true
    const field = isUnionType(parent) ? undefined : ownEntry(parent.getFields(), name)
    const step = this.#atlas.follow(possible, name)
    if (field === undefined || step === null) throw new AuthError('GRAPHQL_VALIDATION_FAILED')
    const isLater =
      place.isRefetch && isRefetched(node) && isNothing(this.#requirements.ofField(parent.name, name))
    if (this.#demanded.add(step, place, isLater)) {
      const coordinate = `${parent.name}.${name}`
      for (const requirement of step.requirements) {
        this.#demand(isLater ? judgedWhenFound(requirement) : requirement, coordinate, node, place)
      }
    }
    if (step.inputs.size > 0) this.#visitArguments(node, step, place)
    const named = getNamedType(field.type)
    if (node.selectionSet === undefined || step.returned === null || !isCompositeType(named)) return
    this.#visit(node.selectionSet, { ...place, parent: named, possible: step.returned })
  }

  /** Goes into a fragment: to name a type demands what the type demands. Whoever returned `parent` demands its own. */
  #enter(node: SelectionNode, condition: TypeNode | undefined, place: Place): Place {
    if (condition?.kind !== Kind.NAMED_TYPE) return place
    const type = this.#schema.getType(condition.name.value)
    if (!isCompositeType(type)) throw new AuthError('GRAPHQL_VALIDATION_FAILED')
    const possible = this.#atlas.narrow(place.possible, type)
    if (possible.types.length > 0 && type !== place.parent) {
      this.#demand(this.#requirements.ofType(type.name), type.name, node, place)
    }
    return { ...place, parent: type, possible }
  }

  #demand(requirement: Requirement, coordinate: string, node: SelectionNode, place: Place): void {
    if (isNothing(requirement)) return
    if (++this.#clauses > MAX_CLAUSES) refuseTooComplex()
    this.#note(requirement)
    place.block.clauses.push({ requirement, conditions: place.conditions, mention: { coordinate, node } })
  }

  #note(requirement: Requirement): void {
    for (const rule of rulesOf(requirement)) this.#rules.add(rule)
  }

  #visitArguments(node: FieldNode, { inputs }: FieldStep, place: Place): void {
    for (const arg of node.arguments ?? []) {
      const coordinate = `${place.parent.name}.${node.name.value}(${arg.name.value}:)`
      for (const { type, requirement } of inputs.get(arg.name.value) ?? []) {
        this.#note(requirement)
        for (const reachable of this.#requirements.inputs.reachableFrom(type).values()) this.#note(reachable)
        demandGiven(requirement, { coordinate, node: arg, value: arg.value, place })
        compileInput(arg.value, { type, atlas: this.#requirements.inputs, place })
      }
    }
  }

  #fragmentNamed(name: string): FragmentDefinitionNode {
    const known = this.#fragments.get(name)
    if (known !== undefined) return known
    const fragment = this.#findFragment(name)
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) throw new AuthError('GRAPHQL_VALIDATION_FAILED')
    this.#fragments.set(name, fragment)
    return fragment
  }

  /** The same fragment on values of the same types is compiled once, however often and deep it is spread. */
  #blockOf(fragment: FragmentDefinitionNode, { parent, possible }: Place): Block {
    const name = fragment.name.value
    const blocks = this.#blocks.get(name) ?? new Map<string, Block>()
    this.#blocks.set(name, blocks)
    const seen = blocks.get(possible.key)
    if (seen !== undefined) return seen
    const mayNarrow = blocks.size < MAX_NARROWINGS && this.#repeated < MAX_REPEATED
    const widened = mayNarrow ? possible : this.#atlas.typesOf(parent)
    const isRepeated = blocks.size > 0
    const block: Block = blocks.get(widened.key) ?? emptyBlock()
    const isNew = !blocks.has(widened.key)
    // Remembered before it is filled: a fragment that contains itself ends here.
    blocks.set(widened.key, block)
    if (isNew) {
      // A fragment with variables of its own has them hide the operation's: none is believed in there.
      const knowsVariables =
        fragment.variableDefinitions === undefined || fragment.variableDefinitions.length === 0
      if (isRepeated) this.#repeating++
      this.#visit(fragment.selectionSet, { ...startOf(block, { parent, possible: widened }), knowsVariables })
      if (isRepeated) this.#repeating--
    }
    return block
  }
}

/** Where a block begins. Its conditions are a list of its own. */
function startOf(block: Block, types: Pick<Place, 'parent' | 'possible'>): Place {
  return { ...types, conditions: [], knowsVariables: true, isRefetch: false, block }
}

function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
