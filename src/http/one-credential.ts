import { type DocumentNode, getOperationAST, type OperationDefinitionNode, OperationTypeNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { toGraphQLError } from '../base/graphql-error.js'
import { countCredentialsIn, tooManyCredentials } from '../limits/count-credentials.js'
import type { GraphQLParameters } from './request-body.js'

/** Counts attempts of where a request comes from; of that it takes what `createClientOf` takes. */
export type CountAttempts = (source: object, count: number) => Promise<void>

/**
 * Refuses an operation that takes more than one credential before anything of it runs, and before the limits of documents
 * are asked, and counts all of them as attempts of the source.
 */
export function useOneCredential(countAttempts: CountAttempts): Plugin {
  // Each operation of a document is looked at once.
  const counts = new WeakMap<OperationDefinitionNode, number>()
  const refused = new WeakMap<object, number>()

  function countOnce(operation: OperationDefinitionNode, document: DocumentNode): number {
    const known = counts.get(operation)
    if (known !== undefined) return known
    const count = countCredentialsIn(document, operation)
    counts.set(operation, count)
    return count
  }

  return {
    onValidate({ params: { documentAST: document }, context }) {
      const { params } = context as { readonly params?: GraphQLParameters }
      const operation = getOperationAST(document, params?.operationName)
      if (operation?.operation !== OperationTypeNode.MUTATION) return
      const count = countOnce(operation, document)
      if (count < 2) return
      refused.set(context, count)
      // Not as what validation found: that is kept for the document, whichever of its operations is asked for.
      throw toGraphQLError(tooManyCredentials(count), { http: true })
    },

    // Validation cannot wait. No `async`: nearly every request has nothing to wait for.
    onExecutionResult({ context, setResult }) {
      const count = refused.get(context)
      if (count === undefined) return undefined
      return countAttempts(context, count).catch((error) => setResult({ errors: [error] }))
    },
  }
}
