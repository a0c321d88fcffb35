import type { DocumentNode, GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { DocumentLimits } from '../base/options.js'
import { type Excess, findExcess } from '../limits/document-limits.js'

/** Refuses a document that goes beyond a limit, before it is validated. Each document is looked at once. */
export function useDocumentLimits(limits: DocumentLimits): Plugin {
  const refusals = new WeakMap<DocumentNode, GraphQLError | null>()

  function check(document: DocumentNode): GraphQLError | null {
    const excess = findExcess(document, limits)
    return excess && toGraphQLError(describe(excess), { http: true })
  }

  return {
    onValidate({ params: { documentAST: document }, setResult }) {
      let refusal = refusals.get(document)
      if (refusal === undefined) {
        refusal = check(document)
        refusals.set(document, refusal)
      }
      if (refusal !== null) setResult([refusal])
    },
  }
}

const MEANINGS: Readonly<Record<keyof DocumentLimits, string>> = {
  maxDepth: 'nests fields deeper than the limit',
  maxAliases: 'has more aliases than the limit',
  maxRootFields: 'has more fields at its root than the limit',
  maxCost: 'costs more than the limit: its fields, and those that are asked for repeatedly',
}

function describe({ limit, max }: Excess): AuthError {
  const message = `The document ${MEANINGS[limit]} (${limit}: ${max}).`
  return new AuthError('INVALID_REQUEST', { message, details: { limit, max } })
}
