import { type DocumentNode, execute, type GraphQLError, type GraphQLSchema } from 'graphql'
import { executionOf, type Request, type Ruling } from './adapter.js'
import { concealErrors, concealNamesOf } from './conceal-names.js'
import type { Judge } from './judge.js'
import { hasOwnMetaFields, redirectMetaFields } from './meta-fields.js'
import { findRefusal } from './refusal.js'
import type { ResultHook } from './yoga-answers.js'

/**
 * The answer to a request that asks for the schema and for nothing else, made for whoever asks: caches know introspection by
 * the names that it has in graphql, and keep it here. Null for any other request.
 */
export function answerIntrospection(request: Request, judge: Judge | null): Ruling | null {
  const execution = hasOwnMetaFields(request.schema) ? executionOf(request) : 'nothing'
  if (typeof execution === 'string' || !judge?.introspectsOnly(execution)) return null
  const result = execute({ ...request, document: redirectMetaFields(request.schema, request.document) })
  // No policy is asked, and a promise would be of one.
  if (result instanceof Promise) return null
  const refusal = findRefusal(result.errors)
  return refusal === undefined ? { kind: 'answered', result } : { kind: 'refused', refusal }
}

interface OperationHook {
  readonly args: { readonly schema: GraphQLSchema; readonly document: DocumentNode }
}

/** The hooks of Envelop's by which messages about documents come. */
export interface MessagePlugin {
  onValidate(payload: {
    readonly params: { readonly schema: GraphQLSchema; readonly documentAST: DocumentNode }
  }): (done: {
    readonly result: readonly GraphQLError[]
    setResult(errors: readonly GraphQLError[]): void
  }) => void
  onExecute(payload: OperationHook): { onExecuteDone(done: ResultHook): void }
  onSubscribe(payload: OperationHook): { onSubscribeResult(done: ResultHook): void }
}

/** Has messages about a document, and about its variables, name nothing of the schema that the document does not name. */
export function useConcealedNames(): MessagePlugin {
  return {
    onValidate({ params: { schema, documentAST } }) {
      return ({ result, setResult }) => {
        if (result.length > 0) setResult(concealErrors(result, documentAST, concealNamesOf(schema)))
      }
    },
    onExecute: ({ args }) => ({ onExecuteDone: (done) => concealInAnswer(args, done) }),
    onSubscribe: ({ args }) => ({ onSubscribeResult: (done) => concealInAnswer(args, done) }),
  }
}

/** An executor says of the variables what does not fit, before it runs anything. */
function concealInAnswer(
  { schema, document }: OperationHook['args'],
  { result, setResult }: ResultHook,
): void {
  const { data, errors } = (result ?? {}) as { data?: unknown; errors?: readonly GraphQLError[] }
  if (data != null || errors === undefined || errors.some(({ path }) => path !== undefined)) return
  setResult({ errors: [...concealErrors(errors, document, concealNamesOf(schema))] })
}
