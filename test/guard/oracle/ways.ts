import { mapSchema } from '@graphql-tools/utils'
import { type GraphQLSchema, isObjectType, lexicographicSortSchema } from 'graphql'
import { type GuardOptions, guardSchema } from '../../../src/guard/index.js'

type Guard = (schema: GraphQLSchema, options: GuardOptions) => GraphQLSchema

/** What hosts do to a schema before and after it is guarded. None of it may change what a caller is shown. */
export const GUARDED_WAYS: Readonly<Record<string, Guard>> = {
  plain: guardSchema,
  'sorted before': (schema, options) => guardSchema(lexicographicSortSchema(schema), options),
  'sorted after': (schema, options) => lexicographicSortSchema(guardSchema(schema, options)),
  'derived before': (schema, options) => guardSchema(mapSchema(schema, {}), options),
  'derived after': (schema, options) => mapSchema(guardSchema(schema, options), {}),
  traced: (schema, options) => trace(guardSchema(schema, options)),
  'derived and traced': (schema, options) => trace(mapSchema(guardSchema(schema, options), {})),
}

/** Wraps each resolver in place, as OpenTelemetry does. */
function trace(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field
      if (resolve) field.resolve = (...call) => resolve(...call)
    }
  }
  return schema
}
