import { readFileSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { type IResolvers, MapperKind, mapSchema, type TypeSource } from '@graphql-tools/utils'
import { type GraphQLObjectType, GraphQLSchema } from 'graphql'
import { OptionError } from '../base/errors.js'
import { PACKAGE_FOLDER } from '../base/package-folder.js'
import { accountResolvers } from './account.js'
import { auditLogResolvers } from './audit-log.js'
import { credentialResolvers } from './credentials.js'
import { introspectionResolvers } from './introspect.js'
import { createOneCredential } from './one-credential.js'
import { DateTime, Json } from './scalars.js'
import type { Services } from './services.js'
import { sessionResolvers } from './sessions.js'
import { tokenResolvers } from './tokens.js'
import { userResolvers } from './users.js'
import { whoamiResolvers } from './whoami.js'

/** The text of `schema.graphql`, which ships unchanged. */
export const serverTypeDefs = readFileSync(new URL('schema.graphql', PACKAGE_FOLDER), 'utf8')

export interface HostSchema {
  /** The host's own types and fields. They may extend any of ours. */
  readonly typeDefs?: TypeSource
  /** The host's resolvers. One for a field of ours replaces it. */
  readonly resolvers?: IResolvers | readonly IResolvers[]
  /** Root fields of ours to remove, for example `Mutation.signup`. */
  readonly disabledFields?: readonly string[]
}

/** Builds our API and the host's as one executable schema, not yet guarded. */
export function buildSchema(services: Services, host: HostSchema): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: host.typeDefs === undefined ? serverTypeDefs : [serverTypeDefs, host.typeDefs],
    resolvers: [
      { DateTime, JSON: Json },
      whoamiResolvers(services),
      accountResolvers(services),
      credentialResolvers(services),
      sessionResolvers(services),
      tokenResolvers(services),
      userResolvers(services),
      introspectionResolvers(services),
      auditLogResolvers(services),
      ...[host.resolvers ?? []].flat(),
    ],
  })
  const takeOne = createOneCredential(services)
  const limited = mapSchema(schema, {
    [MapperKind.MUTATION_ROOT_FIELD]: (field) => ({ ...field, resolve: takeOne(field.resolve) }),
  })
  return removeFields(limited, host.disabledFields ?? [])
}

function removeFields(schema: GraphQLSchema, coordinates: readonly string[]): GraphQLSchema {
  // Mapping a schema builds all of it again.
  if (coordinates.length === 0) return schema
  const left = new Set(coordinates)
  const mapped = mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: (_field, name, typeName) =>
      left.delete(`${typeName}.${name}`) ? null : undefined,
  })
  for (const coordinate of left) {
    throw new OptionError('disabledFields', `${coordinate} is no root field`)
  }
  return withoutEmptyRoots(mapped)
}

/** A type without fields makes a schema invalid. */
function withoutEmptyRoots(schema: GraphQLSchema): GraphQLSchema {
  const isEmpty = (type: GraphQLObjectType | null | undefined) =>
    type != null && Object.keys(type.getFields()).length === 0
  const { types, mutation, subscription, ...rest } = schema.toConfig()
  if (!isEmpty(mutation) && !isEmpty(subscription)) return schema
  return new GraphQLSchema({
    ...rest,
    types: types.filter((type) => type !== mutation && type !== subscription),
    mutation: isEmpty(mutation) ? null : mutation,
    subscription: isEmpty(subscription) ? null : subscription,
  })
}
