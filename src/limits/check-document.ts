import type { DocumentNode, GraphQLError } from 'graphql'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import { countTokens } from './count-tokens.js'
import { findExcess } from './document-limits.js'
import { findFragmentCycle } from './fragment-cycle.js'
import { type LimitOptions, type Limits, resolveLimits } from './limit-options.js'

/**
 * Measures a document without a schema, before it is validated or executed. Returns no error, or one: with the code
 * `INVALID_REQUEST` and in its `extensions` the name of the `limit` and its `max`; or with `GRAPHQL_VALIDATION_FAILED`
 * if the document is beyond a limit because a fragment spreads itself. All operations and fragments count, also two of
 * one name. The time is bounded by the limits, whatever the document.
 * @throws {OptionError} for a limit that is unknown or out of range.
 * @example
 * const document = parse(source, { maxTokens: 5000 })
 * const errors = checkDocument(document, { maxDepth: 10 })
 * if (errors.length === 0) errors.push(...validate(schema, document))
 */
export function checkDocument(document: DocumentNode, options?: LimitOptions): GraphQLError[] {
  const error = findLimitError(document, resolveLimits(options))
  return error === null ? [] : [error]
}

/** Checks each document once. */
export function createDocumentCheck(limits: Limits): (document: DocumentNode) => GraphQLError | null {
  const known = new WeakMap<DocumentNode, GraphQLError | null>()
  return (document) => {
    let error = known.get(document)
    if (error === undefined) {
      error = findLimitError(document, limits)
      known.set(document, error)
    }
    return error
  }
}

function findLimitError(document: DocumentNode, limits: Limits): GraphQLError | null {
  const { maxTokens } = limits
  const isLong = countTokens(document, maxTokens) > maxTokens
  const excess = isLong ? ({ limit: 'maxTokens', max: maxTokens } as const) : findExcess(document, limits)
  if (excess === null) return null
  const cycle = isLong ? null : findFragmentCycle(document)
  return toGraphQLError(cycle === null ? describe(excess) : describeCycle(cycle))
}

const MEANINGS: Readonly<Record<keyof Limits, string>> = {
  maxTokens: 'is longer than the limit of tokens',
  maxDepth: 'nests fields deeper than the limit',
  maxAliases: 'has more aliases than the limit',
  maxRootFields: 'has more fields at its root than the limit',
  maxCost: 'costs more than the limit: its fields, and those that are asked for repeatedly',
}

function describe({ limit, max }: { limit: keyof Limits; max: number }): AuthError {
  const message = `The document ${MEANINGS[limit]} (${limit}: ${max}).`
  return new AuthError('INVALID_REQUEST', { message, details: { limit, max } })
}

/** The text of validation, which would report it too if its time were bounded. */
function describeCycle(fragment: string): AuthError {
  const message = `Cannot spread fragment "${fragment}" within itself.`
  return new AuthError('GRAPHQL_VALIDATION_FAILED', { message })
}
