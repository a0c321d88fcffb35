import { makeExecutableSchema } from '@graphql-tools/schema'
import { type ExecutionResult, execute, type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql'
import { guardTypeDefs, type Viewer } from '../../../src/guard/index.js'
import type { ModelRequest } from './arbitrary-document.js'
import {
  type Model,
  type ModelField,
  possibleTypes,
  printModel,
  rulesOfArguments,
  rulesOfField,
} from './model.js'
import type { OracleRule } from './rules.js'

/** A resolver that ran: what it is of, where its value stands, and what it was given. */
export interface Visit {
  readonly coordinate: string
  readonly path: readonly (string | number)[]
  /** All rules that this visit stands under. */
  readonly rules: readonly OracleRule[]
}

/** A host's schema, not guarded, with a witness in every resolver. */
export interface WitnessedSchema {
  readonly schema: GraphQLSchema
  /** Runs an operation and says what ran for it. A context that is given has this viewer from now on. */
  witness(schema: GraphQLSchema, request: ModelRequest, viewer: Viewer, context?: object): Promise<Testimony>
}

export interface Testimony {
  readonly result: ExecutionResult
  readonly visits: readonly Visit[]
}

export function buildWitnessed(model: Model): WitnessedSchema {
  let visits: Visit[] = []
  const resolvers = Object.fromEntries(
    model.types
      .filter(({ isObject }) => isObject)
      .map((type) => [
        type.name,
        Object.fromEntries(type.fields.map((field) => [field.name, resolverOf(type.name, field)])),
      ]),
  )

  function resolverOf(typeName: string, field: ModelField) {
    const coordinate = `${typeName}.${field.name}`
    return (_source: unknown, args: object, _context: unknown, info: GraphQLResolveInfo) => {
      const rules = [
        ...rulesOfField(model, typeName, field.name),
        ...rulesOfArguments(model, typeName, field.name, args),
      ]
      visits.push({ coordinate, path: pathOf(info.path), rules })
      return answerOf(model, field, coordinate)
    }
  }

  return {
    schema: makeExecutableSchema({ typeDefs: [guardTypeDefs, printModel(model)], resolvers }),
    async witness(schema, { query, variables }, viewer, context = {}) {
      visits = []
      const result = await execute({
        schema,
        document: parse(query),
        variableValues: variables,
        contextValue: Object.assign(context, { viewer }),
      })
      // Objects without prototypes, and undefined members, are no difference.
      return { result: JSON.parse(JSON.stringify(result)), visits }
    },
  }
}

/** A leaf names its coordinate; an abstract field answers one value of every type that it can have. */
function answerOf(model: Model, field: ModelField, coordinate: string): unknown {
  if (field.returns === 'String') return nest(coordinate, field.lists)
  const types = possibleTypes(model, field.returns)
  const isConcrete = types.length === 1 && types[0] === field.returns
  if (isConcrete) return nest({ __typename: field.returns }, field.lists)
  return nest(
    types.map((name) => ({ __typename: name })),
    field.lists - 1,
  )
}

function nest(value: unknown, lists: number): unknown {
  return lists === 0 ? value : [nest(value, lists - 1)]
}

function pathOf(path: GraphQLResolveInfo['path'] | undefined): readonly (string | number)[] {
  return path === undefined ? [] : [...pathOf(path.prev), path.key]
}
