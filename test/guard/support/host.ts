import { makeExecutableSchema } from '@graphql-tools/schema'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { guardTypeDefs } from '../../../src/guard/index.js'

/** A host's schema, not guarded yet, in which every resolver notes that it ran. */
export interface Host {
  readonly schema: GraphQLSchema
  /** The coordinates of the resolvers that ran, in order. */
  readonly ran: string[]
}

/** Every field answers something that names its own coordinate; an abstract type is each of its types in turn. */
export function makeHost(typeDefs: string | readonly string[]): Host {
  return watch(makeExecutableSchema({ typeDefs: [guardTypeDefs, ...[typeDefs].flat()] }))
}

/** Gives every field of a schema a resolver that notes that it ran. */
export function watch(schema: GraphQLSchema): Host {
  const ran: string[] = []
  const watched = mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field, fieldName, typeName) => {
      const coordinate = `${typeName}.${fieldName}`
      return {
        ...field,
        resolve: () => {
          ran.push(coordinate)
          return answerOf(field.type, coordinate, schema)
        },
      }
    },
    [MapperKind.SUBSCRIPTION_ROOT_FIELD]: (field, fieldName, typeName) => {
      const coordinate = `${typeName}.${fieldName}`
      return {
        ...field,
        subscribe: async function* () {
          ran.push(`${coordinate} subscribed`)
          for (let event = 0; event < 2; event++) yield event
        },
        resolve: () => {
          ran.push(coordinate)
          return answerOf(field.type, coordinate, schema)
        },
      }
    },
  })
  return { schema: watched, ran }
}

/** Resolvers of the host's own, each of which notes its name in `ran` and resolves to it. */
export function noteRuns() {
  const ran: string[] = []
  const resolve = (name: string) => () => {
    ran.push(name)
    return name
  }
  return { ran, resolve }
}

function answerOf(type: GraphQLOutputType, coordinate: string, schema: GraphQLSchema): unknown {
  if (isNonNullType(type)) return answerOf(type.ofType, coordinate, schema)
  if (isListType(type)) {
    const item = isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType
    if (isAbstractType(item)) {
      return schema.getPossibleTypes(item).map(({ name }) => ({ __typename: name }))
    }
    return [answerOf(item, coordinate, schema), answerOf(item, coordinate, schema)]
  }
  if (isObjectType(type)) return { __typename: type.name }
  if (isAbstractType(type)) return { __typename: schema.getPossibleTypes(type)[0]?.name }
  if (isEnumType(type)) return type.getValues()[0]?.value
  switch (type.name) {
    case 'Int':
    case 'Float':
      return 1
    case 'Boolean':
      return true
    default:
      return coordinate
  }
}
