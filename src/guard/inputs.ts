import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  valueFromASTUntyped,
} from 'graphql'
import { isNothing, NOTHING, type Requirement } from './rule.js'
import { refuseUnread } from './unread.js'

/** A guarded field of an input type. */
export interface InputDemand {
  /** `Input.field`. */
  readonly coordinate: string
  readonly requirement: Requirement
}

/** Knows which input types have guarded fields, or contain types that have. */
export class InputAtlas {
  readonly #requirementAt: (coordinate: string) => Requirement | undefined
  readonly #reachable = new Map<string, ReadonlyMap<string, Requirement>>()
  /** The coordinates of all fields that the schema's input types had when it was read. */
  readonly #read: ReadonlySet<string>
  readonly #whole = new WeakSet<GraphQLInputObjectType>()

  constructor(schema: GraphQLSchema, requirementAt: (coordinate: string) => Requirement | undefined) {
    this.#requirementAt = requirementAt
    const types = Object.values(schema.getTypeMap()).filter(isInputObjectType)
    this.#read = new Set(types.flatMap(coordinatesOf))
  }

  /**
   * Throws `INTERNAL_SERVER_ERROR` where a value of the type can contain a field that the schema did not have when it was
   * read. A type that was found whole is not looked at again.
   */
  requireRead(type: GraphQLInputType): void {
    const named = getNamedType(type)
    if (!isInputObjectType(named) || this.#whole.has(named)) return
    const types = typesWithin(named)
    for (const coordinate of [...types].flatMap(coordinatesOf)) {
      if (!this.#read.has(coordinate)) refuseUnread(coordinate)
    }
    for (const within of types) this.#whole.add(within)
  }

  requirementOf(type: GraphQLInputObjectType, fieldName: string): Requirement {
    return this.#requirementAt(`${type.name}.${fieldName}`) ?? NOTHING
  }

  /** All guarded fields that a value of the type can contain, by coordinate. */
  reachableFrom(type: GraphQLInputType): ReadonlyMap<string, Requirement> {
    const named = getNamedType(type)
    if (!isInputObjectType(named)) return NONE
    const known = this.#reachable.get(named.name)
    if (known !== undefined) return known
    const found = this.#findReachable(named)
    this.#reachable.set(named.name, found)
    return found
  }

  #findReachable(start: GraphQLInputObjectType): ReadonlyMap<string, Requirement> {
    const found = new Map<string, Requirement>()
    for (const type of typesWithin(start)) {
      for (const field of Object.values(type.getFields())) {
        const requirement = this.requirementOf(type, field.name)
        if (!isNothing(requirement)) found.set(`${type.name}.${field.name}`, requirement)
      }
    }
    return found
  }

  /** Which guarded fields a coerced value has; also those that are null. */
  findGiven(type: GraphQLInputType, value: unknown): ReadonlyMap<string, Requirement> {
    if (this.reachableFrom(type).size === 0) return NONE
    const found = new Map<string, Requirement>()
    this.#collectGiven(type, value, found)
    return found
  }

  #collectGiven(type: GraphQLInputType, value: unknown, found: Map<string, Requirement>): void {
    if (typeof value !== 'object' || value === null || this.reachableFrom(type).size === 0) return
    if (isNonNullType(type)) {
      this.#collectGiven(type.ofType, value, found)
    } else if (isListType(type)) {
      for (const item of Array.isArray(value) ? value : [value]) this.#collectGiven(type.ofType, item, found)
    } else {
      // Nothing else reaches anything guarded.
      this.#collectFields(type as GraphQLInputObjectType, value, found)
    }
  }

  #collectFields(type: GraphQLInputObjectType, value: object, found: Map<string, Requirement>): void {
    for (const field of Object.values(type.getFields())) {
      if (!Object.hasOwn(value, field.name)) continue
      const requirement = this.requirementOf(type, field.name)
      if (!isNothing(requirement)) found.set(`${type.name}.${field.name}`, requirement)
      this.#collectGiven(field.type, (value as Record<string, unknown>)[field.name], found)
    }
  }
}

const NONE: ReadonlyMap<string, Requirement> = new Map()

/** The type, and all input types that a value of it can contain. */
function typesWithin(start: GraphQLInputObjectType): ReadonlySet<GraphQLInputObjectType> {
  const types = new Set([start])
  // A set that grows while it is walked.
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type)
      if (isInputObjectType(named)) types.add(named)
    }
  }
  return types
}

function coordinatesOf(type: GraphQLInputObjectType): string[] {
  return Object.values(type.getFields()).map(({ name }) => `${type.name}.${name}`)
}

/**
 * Finds defaults of the schema that give something guarded: once a value is coerced, nothing tells a default from what
 * the client wrote. Finds directives of documents that could carry it too, which no plan follows.
 */
export function findInputProblems(
  schema: GraphQLSchema,
  atlas: InputAtlas,
  isGuarded: (coordinate: string) => boolean,
): string[] {
  const problems: string[] = []
  for (const [coordinate, input] of inputsOf(schema)) {
    const value = defaultOf(input)
    if (value === undefined) continue
    if (isGuarded(coordinate)) {
      problems.push(
        `${coordinate}: is guarded and has a default, which would count as given; remove the default`,
      )
    }
    for (const given of atlas.findGiven(input.type, value).keys()) {
      problems.push(
        `${coordinate}: its default gives ${given}, which is guarded; leave it out of the default`,
      )
    }
  }
  for (const directive of schema.getDirectives()) {
    for (const { name, type } of directive.args) {
      const [guarded] = atlas.reachableFrom(type).keys()
      if (guarded === undefined) continue
      problems.push(
        `@${directive.name}(${name}:): can carry ${guarded}, which is guarded; use another type here`,
      )
    }
  }
  return problems
}

function* inputsOf(schema: GraphQLSchema): Generator<readonly [string, GraphQLArgument | GraphQLInputField]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !('getFields' in type)) continue
    for (const field of Object.values(type.getFields())) {
      if (!('args' in field)) yield [`${type.name}.${field.name}`, field]
      else for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name}:)`, arg]
    }
  }
}

/** graphql 16 keeps a coerced `defaultValue`, graphql 17 a `default` that is a literal or a value. */
function defaultOf(input: GraphQLArgument | GraphQLInputField): unknown {
  if (input.defaultValue !== undefined) return input.defaultValue
  const { default: given } = input as {
    readonly default?: {
      readonly literal?: Parameters<typeof valueFromASTUntyped>[0]
      readonly value?: unknown
    }
  }
  if (given === undefined) return undefined
  return given.literal === undefined ? given.value : valueFromASTUntyped(given.literal)
}
