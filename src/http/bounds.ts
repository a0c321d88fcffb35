import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLSchema,
  type ParseOptions,
  parse,
  type Source,
  type ValidationRule,
  validate,
} from 'graphql'

/** The introspection that tools send has some 300. */
const MAX_TOKENS = 5_000
/** Of mistakes the first ones are told: more help nobody, and each takes time and memory. */
const MAX_VALIDATION_ERRORS = 10
const MAX_COERCION_ERRORS = 5

/** What a document costs, in memory and to validate, goes by its tokens: 100 kB of them can be 50,000. */
export function parseBounded(source: string | Source, options?: ParseOptions): DocumentNode {
  return parse(source, { ...options, maxTokens: MAX_TOKENS })
}

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
