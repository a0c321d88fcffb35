import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
} from 'graphql'
import type { Requirements } from './requirements.js'
import { isNothing, type Requirement } from './rule.js'
import { refuseTooComplex } from './too-complex.js'

export interface ArgumentStep {
  readonly type: GraphQLInputType
  readonly requirement: Requirement
}

/** What follows from selecting a field on values of certain types. */
export interface FieldStep {
  /** Of every type that the parent may be, each once. */
  readonly requirements: readonly Requirement[]
  /** The arguments that are guarded or can carry something guarded, by name; several types may give one other rules. */
  readonly inputs: ReadonlyMap<string, readonly ArgumentStep[]>
  /** What the selected value may be; null for a leaf. */
  readonly returned: PossibleTypes | null
}

/** The object types that a value can have at some place of a document. */
export interface PossibleTypes {
  readonly key: string
  readonly types: readonly GraphQLObjectType[]
}

/** Types that one document may have looked at to tell apart what its fragments narrow values to. */
const MAX_NARROWED = 100_000
/** Types that one document may have looked at in all; more is refused. */
const MAX_LOOKED_AT = 500_000

/**
 * Follows a document through the schema by sets of object types: fields and fragments narrow them. What belongs to a
 * type of the schema is kept; what only some document brings about lives as long as the atlas of its compilation.
 */
export class TypeAtlas {
  readonly #schema: GraphQLSchema
  readonly #requirements: Requirements
  readonly #base: TypeAtlas | null
  readonly #sets = new Map<string, PossibleTypes>()
  /** Remembered results of `follow` and `narrow`, by the name of the field or type. */
  readonly #steps = new Map<PossibleTypes, Map<string, FieldStep>>()
  readonly #narrowed = new Map<PossibleTypes, Map<string, PossibleTypes>>()
  readonly #members = new Map<string, ReadonlySet<GraphQLObjectType>>()
  readonly #numbers = new Map<GraphQLObjectType, number>()
  #lookedAt = 0

  constructor(schema: GraphQLSchema, requirements: Requirements, base: TypeAtlas | null = null) {
    this.#schema = schema
    this.#requirements = requirements
    this.#base = base
  }

  /** An atlas for one document: whatever it adds is forgotten with it, so that no client can fill our memory. */
  forDocument(): TypeAtlas {
    return new TypeAtlas(this.#schema, this.#requirements, this)
  }

  typesOf(type: GraphQLCompositeType): PossibleTypes {
    if (this.#base !== null) return this.#base.typesOf(type)
    const known = this.#sets.get(type.name)
    if (known !== undefined) return known
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type as GraphQLObjectType]
    return this.#remember(type.name, types)
  }

  /**
   * Those of the types that a fragment on `type` applies to. All types that `type` can be, once the document has narrowed
   * enough: what they demand is at least what is demanded.
   */
  narrow(possible: PossibleTypes, type: GraphQLCompositeType): PossibleTypes {
    const ofPossible = entryOf(this.#narrowed, possible)
    const known = ofPossible.get(type.name)
    if (known !== undefined) return known
    if (isAbstractType(type)) {
      if (this.#lookedAt > MAX_NARROWED) return this.typesOf(type)
      this.#lookedAt += possible.types.length
    }
    const members = this.#membersOf(type)
    const types = possible.types.filter((member) => members.has(member))
    const narrowed = types.length === possible.types.length ? possible : this.#setOf(types)
    ofPossible.set(type.name, narrowed)
    return narrowed
  }

  /** Null where one of the types has no such field: no document that was validated asks for it. */
  follow(possible: PossibleTypes, fieldName: string): FieldStep | null {
    const steps = this.#stepsOf(possible)
    const known = steps.get(fieldName)
    if (known !== undefined) return known
    // Of those that are kept for good, it is done once.
    if (!this.#isWhole(possible)) this.#lookAt(possible.types.length)
    const step = this.#follow(possible, fieldName)
    // Only names of the schema are remembered: a client can make up any number of others.
    if (step !== null) steps.set(fieldName, step)
    return step
  }

  #membersOf(type: GraphQLCompositeType): ReadonlySet<GraphQLObjectType> {
    if (this.#base !== null) return this.#base.#membersOf(type)
    const members = this.#members.get(type.name) ?? new Set(this.typesOf(type).types)
    this.#members.set(type.name, members)
    return members
  }

  /** Kept for good if the types are all that a type of the schema can be. */
  #stepsOf(possible: PossibleTypes): Map<string, FieldStep> {
    const base = this.#base ?? this
    return entryOf(base.#isWhole(possible) ? base.#steps : this.#steps, possible)
  }

  #isWhole(possible: PossibleTypes): boolean {
    return this.#base === null ? this.#sets.get(possible.key) === possible : this.#base.#isWhole(possible)
  }

  #lookAt(count: number): void {
    this.#lookedAt += count
    if (this.#lookedAt > MAX_LOOKED_AT) refuseTooComplex()
  }

  #follow(possible: PossibleTypes, fieldName: string): FieldStep | null {
    const requirements = new Set<Requirement>()
    const inputs = new Map<string, ArgumentStep[]>()
    const returned = new Set<GraphQLCompositeType>()
    for (const type of possible.types) {
      const fields = type.getFields()
      const field = Object.hasOwn(fields, fieldName) ? fields[fieldName] : undefined
      if (field === undefined) return null
      const requirement = this.#requirements.ofField(type.name, fieldName)
      if (!isNothing(requirement)) requirements.add(requirement)
      this.#followArguments(type.name, field, inputs)
      const named = getNamedType(field.type)
      if (isCompositeType(named)) returned.add(named)
    }
    return {
      requirements: [...requirements],
      inputs,
      returned: returned.size === 0 ? null : this.#union(returned),
    }
  }

  #followArguments(
    typeName: string,
    field: GraphQLField<unknown, unknown>,
    inputs: Map<string, ArgumentStep[]>,
  ): void {
    for (const { name, type } of field.args) {
      const requirement = this.#requirements.ofArgument(typeName, field.name, name)
      this.#requirements.inputs.requireRead(type)
      if (isNothing(requirement) && this.#requirements.inputs.reachableFrom(type).size === 0) continue
      const steps = inputs.get(name) ?? []
      inputs.set(name, steps)
      if (!steps.some((step) => step.requirement === requirement)) steps.push({ type, requirement })
    }
  }

  #union(composites: ReadonlySet<GraphQLCompositeType>): PossibleTypes {
    const sets = [...composites].map((type) => this.typesOf(type))
    const [first] = sets
    if (first !== undefined && sets.length === 1) return first
    return this.#setOf([...new Set(sets.flatMap(({ types }) => types))])
  }

  #setOf(types: readonly GraphQLObjectType[]): PossibleTypes {
    const [only] = types
    if (only !== undefined && types.length === 1) return this.typesOf(only)
    const key = this.#keyOf(types)
    return this.#sets.get(key) ?? this.#remember(key, types)
  }

  /** A bit for each type: neither their order nor the length of their names matters. No name begins with a space. */
  #keyOf(types: readonly GraphQLObjectType[]): string {
    const numbers = types.map((type) => this.#numberOf(type))
    const last = numbers.reduce((most, number) => Math.max(most, number), -1)
    const words = new Uint16Array((last >> 4) + 1)
    for (const number of numbers) words[number >> 4] = (words[number >> 4] ?? 0) | (1 << (number & 15))
    return ` ${String.fromCharCode(...words)}`
  }

  #numberOf(type: GraphQLObjectType): number {
    if (this.#base !== null) return this.#base.#numberOf(type)
    const number = this.#numbers.get(type) ?? this.#numbers.size
    this.#numbers.set(type, number)
    return number
  }

  #remember(key: string, types: readonly GraphQLObjectType[]): PossibleTypes {
    const possible: PossibleTypes = { key, types }
    this.#sets.set(key, possible)
    return possible
  }
}

function entryOf<K, V>(maps: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const made = new Map<string, V>()
  maps.set(key, made)
  return made
}
