import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import { coerceVariables } from './conditions.js'
import type { Judge } from './judge.js'
import { fragmentsOf, operationsNamed } from './operation.js'
import { refusalErrors } from './refusal.js'

/** What a server is about to execute; the shape of graphql's `ExecutionArgs`. */
export interface Request {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly contextValue?: unknown
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined
}

/** The errors that are the whole answer, or null where the request may be executed. */
export function refuseRequest(judge: Judge | null, request: Request): GraphQLError[] | null {
  // The schema lost what the guard reads: the server is broken, and nobody is let in.
  if (judge === null) return [toGraphQLError(new AuthError('INTERNAL_SERVER_ERROR'), { http: true })]
  const { schema, document, operationName, contextValue, variableValues } = request
  const operations = operationsNamed(document, operationName)
  const [operation] = operations
  // The executor answers that itself: it finds nothing to run.
  if (operation === undefined || (operationName == null && operations.length > 1)) return null
  if (operations.length > 1)
    return [toGraphQLError(new AuthError('GRAPHQL_VALIDATION_FAILED'), { http: true })]
  const verdict = judge.judge({
    operation,
    findFragment: fragmentsOf(document),
    context: contextValue,
    variables: () => coerceVariables(schema, operation, variableValues),
  })
  return verdict.kind === 'refused' ? refusalErrors(verdict.refusal) : null
}
