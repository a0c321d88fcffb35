import { introspectionTypes, isObjectType } from 'graphql'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'

/** graphql's own resolvers of `__Schema`, `__Type` and the others, as they were when this module was loaded. */
const FIELDS = introspectionTypes
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ type, field, resolve: field.resolve })),
  )

/**
 * Every schema of a process shares these types. A plugin that replaces their resolvers, for example by cached ones, may
 * return one caller's view of the schema to another, and no guard of a schema comes before it.
 * @throws {GraphQLError} `INTERNAL_SERVER_ERROR`, naming the field in its cause, when one of them was replaced.
 */
export function requireOwnIntrospectionTypes(): void {
  const replaced = FIELDS.find(({ field, resolve }) => field.resolve !== resolve)
  if (replaced === undefined) return
  const cause = new Error(
    `${replaced.type.name}.${replaced.field.name}: its resolver was replaced, so introspection cannot be filtered; ` +
      "keep the plugin off graphql's own types (mercurius-cache: list types in `policy` in place of `all`)",
  )
  throw toGraphQLError(new AuthError('INTERNAL_SERVER_ERROR', { cause }))
}
