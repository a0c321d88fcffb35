import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLSchema,
  type ValidationRule,
  validate,
} from 'graphql'

/** Of mistakes the first ones are told: more help nobody, and each takes time and memory. */
const MAX_VALIDATION_ERRORS = 10
const MAX_COERCION_ERRORS = 5

/**
 * Errors of validation are kept with their document. An error holds whatever was on the stack as it was made: here all of the
 * rules, 60 kB for a text of ten letters.
 */
export function validateBounded(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules?: readonly ValidationRule[],
): readonly GraphQLError[] {
  const errors = validate(schema, document, rules, { maxErrors: MAX_VALIDATION_ERRORS })
  for (const error of errors) error.stack = error.message
  return errors
}

/** graphql-js tells each mistake in the variables with the value round it, and that may be all of a body. */
export function withBounds(args: ExecutionArgs): ExecutionArgs {
  return { ...args, options: { maxCoercionErrors: MAX_COERCION_ERRORS } }
}
