import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql'
import type { ErrorCode } from '../base/errors.js'
import { coerceVariables } from './conditions.js'
import type { Refusal } from './decide.js'
import type { Execution, Judge } from './judge.js'
import { redirectMetaFields } from './meta-fields.js'
import { fragmentsOf, hasTwinFragments, operationsNamed } from './operation.js'

/** What a server is about to execute; the shape of graphql's `ExecutionArgs`. */
export interface Request {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly contextValue?: unknown
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined
}

export type Ruling =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** To be executed; the schema judges it again, and asks policies. */
  | { readonly kind: 'allowed' }
  /** Executed anew, in place of an answer that may be somebody else's. */
  | { readonly kind: 'answered'; readonly result: ExecutionResult }

export const ALLOWED: Ruling = { kind: 'allowed' }

/** Judges a request before it is executed. */
export function ruleOnRequest(judge: Judge | null, request: Request): Ruling {
  // The schema lost what the guard reads: the server is broken, and nobody is let in.
  if (judge === null) return refuse('INTERNAL_SERVER_ERROR')
  const execution = executionOf(request)
  if (execution === 'nothing') return ALLOWED
  if (execution === 'ambiguous') return refuse('GRAPHQL_VALIDATION_FAILED')
  const verdict = judge.prejudge(execution)
  return verdict.kind === 'refused' ? verdict : ALLOWED
}

/** The operation that an executor is going to run; `nothing` where it finds none, and answers that itself. */
export function executionOf(request: Request): Execution | 'nothing' | 'ambiguous' {
  const { schema, operationName, contextValue, variableValues } = request
  const document = redirectMetaFields(schema, request.document)
  const operations = operationsNamed(document, operationName)
  const [operation] = operations
  if (operation === undefined || (operationName == null && operations.length > 1)) return 'nothing'
  // Two by one name: executors differ on which they take.
  if (operations.length > 1 || hasTwinFragments(document)) return 'ambiguous'
  return {
    operation,
    findFragment: fragmentsOf(document),
    context: contextValue,
    variables: () => coerceVariables(schema, operation, variableValues),
  }
}

export function refuse(code: ErrorCode): Ruling {
  return { kind: 'refused', refusal: { code, maxAge: null, mentions: [] } }
}
