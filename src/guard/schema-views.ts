import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  type GraphQLInterfaceType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql'
import { canMeet } from './decide.js'
import { findHiddenPlaces, type HiddenPlaces } from './hidden-places.js'
import { rulesOf } from './plan.js'
import type { Requirements } from './requirements.js'
import type { Requirement, Rule } from './rule.js'
import type { TakenViewer } from './viewer.js'

/** Each is a copy of the schema. More are made anew when they are asked for again. */
const MAX_VIEWS = 32

/**
 * What viewers see of a schema: a copy without what they may not reach. Whoever meets the same of its rules sees the same copy; it is
 * kept by these and by nothing that belongs to one of them.
 */
export class SchemaViews {
  readonly #schema: GraphQLSchema
  readonly #demands: ReadonlyMap<string, Requirement>
  readonly #rules: readonly Rule[]
  /** By which of the rules are met; those that were asked for last stand last. */
  readonly #views = new Map<string, GraphQLSchema>()
  readonly #viewOf = new WeakMap<GraphQLInterfaceType, GraphQLSchema>()

  constructor(schema: GraphQLSchema, requirements: Requirements) {
    this.#schema = schema
    this.#demands = new Map(demandsOfPlaces(schema, requirements))
    this.#rules = [...new Set([...this.#demands.values()].flatMap(rulesOf))]
    this.#shareImplementors()
  }

  viewFor(viewer: TakenViewer): GraphQLSchema {
    const met = new Set(this.#rules.filter((rule) => canMeet(rule, viewer)))
    const key = this.#rules.map((rule) => (met.has(rule) ? '1' : '0')).join('')
    const view = this.#views.get(key) ?? this.#makeView(met)
    this.#views.delete(key)
    this.#views.set(key, view)
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= MAX_VIEWS) break
      this.#views.delete(oldest)
    }
    return view
  }

  #makeView(met: ReadonlySet<Rule>): GraphQLSchema {
    const hidden = findHiddenPlaces(this.#schema, (coordinate) => {
      const demand = this.#demands.get(coordinate)
      // What came into the schema later has none, and nobody knows for whom it is.
      return demand !== undefined && rulesOf(demand).every((rule) => met.has(rule))
    })
    const view = withoutPlaces(this.#schema, hidden)
    for (const type of Object.values(view.getTypeMap())) {
      if (isInterfaceType(type)) this.#viewOf.set(type, view)
    }
    return view
  }

  /** `possibleTypes` asks the schema that is executed, though the interface may be one of a view. */
  #shareImplementors(): void {
    const { getPossibleTypes } = this.#schema
    this.#schema.getPossibleTypes = (type) => {
      const view = this.#viewOf.get(type as GraphQLInterfaceType)
      return view === undefined ? getPossibleTypes.call(this.#schema, type) : view.getPossibleTypes(type)
    }
  }
}

function withoutPlaces(schema: GraphQLSchema, hidden: HiddenPlaces): GraphQLSchema {
  const withoutHidden = (coordinate: string) => (hidden.has(coordinate) ? null : undefined)
  return mapSchema(schema, {
    [MapperKind.TYPE]: ({ name }) => withoutHidden(name),
    [MapperKind.INPUT_OBJECT_FIELD]: (_field, fieldName, typeName) =>
      withoutHidden(`${typeName}.${fieldName}`),
    [MapperKind.COMPOSITE_FIELD]: (field, fieldName, typeName) => {
      const coordinate = `${typeName}.${fieldName}`
      if (hidden.has(coordinate)) return null
      const args = Object.entries({ ...field.args })
      return {
        ...field,
        args: Object.fromEntries(args.filter(([name]) => !hidden.has(`${coordinate}(${name}:)`))),
      }
    },
  })
}

/** What each place of a schema demands that can be hidden. */
function* demandsOfPlaces(
  schema: GraphQLSchema,
  requirements: Requirements,
): Generator<readonly [coordinate: string, demand: Requirement]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue
    if (isInputObjectType(type)) {
      for (const { name } of Object.values(type.getFields())) {
        yield [`${type.name}.${name}`, requirements.inputs.requirementOf(type, name)]
      }
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    yield [type.name, requirements.ofType(type.name)]
    for (const { name, args } of Object.values(type.getFields())) {
      yield [`${type.name}.${name}`, requirements.ofField(type.name, name)]
      for (const arg of args) {
        yield [`${type.name}.${name}(${arg.name}:)`, requirements.ofArgument(type.name, name, arg.name)]
      }
    }
  }
}
