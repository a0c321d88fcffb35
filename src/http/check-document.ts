import type { DocumentNode, GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { DocumentLimits } from '../base/options.js'
import { type Excess, findExcess } from '../limits/document-limits.js'
import { findFragmentCycle } from '../limits/fragment-cycle.js'

/**
 * Refuses a document that goes beyond a limit, before it is validated. Each document is looked at once. A fragment that
 * spreads itself has no end, written out: then that is what is said of the document.
 */
export function useDocumentLimits(limits: DocumentLimits): Plugin {
  const refusals = new WeakMap<DocumentNode, GraphQLError | null>()

  function check(document: DocumentNode): GraphQLError | null {
    const excess = findExcess(document, limits)
    if (excess === null) return null
    const cycle = findFragmentCycle(document)
    return toGraphQLError(cycle === null ? describe(excess) : describeCycle(cycle), { http: true })
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

/** In validation's words, which would find it too, if its time were bounded. */
function describeCycle(fragment: string): AuthError {
  const message = `Cannot spread fragment "${fragment}" within itself.`
  return new AuthError('GRAPHQL_VALIDATION_FAILED', { message })
}
