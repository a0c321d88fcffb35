import { getOperationAST, OperationTypeNode, parse } from 'graphql'
import { LIMIT_DEFAULTS } from '../base/limit-defaults.js'
import { CREDENTIAL_FIELDS, countCredentialsIn } from '../limits/count-credentials.js'

/** Of text, in all, that is parsed of a batch. */
const MAX_CHARACTERS = 50_000
/** Only with its name in the text can a field be asked for. */
const NAMED = new RegExp(`\\b(?:${CREDENTIAL_FIELDS.join('|')})\\b`)

/**
 * How many credentials the operations of a batch take, which are refused unseen. The time that it takes is bounded: beyond
 * the characters that are parsed, a text that names one of the mutations counts as one.
 */
export function countBatch(operations: readonly unknown[]): number {
  let left = MAX_CHARACTERS
  let count = 0
  for (const operation of operations) {
    const { query, operationName } = (operation ?? {}) as { query?: unknown; operationName?: unknown }
    if (typeof query !== 'string' || !NAMED.test(query)) continue
    left -= query.length
    count += left < 0 ? 1 : countInText(query, operationName)
  }
  return count
}

function countInText(text: string, operationName: unknown): number {
  try {
    const document = parse(text, { noLocation: true, maxTokens: LIMIT_DEFAULTS.maxTokens })
    const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : null)
    return operation?.operation === OperationTypeNode.MUTATION ? countCredentialsIn(document, operation) : 0
  } catch {
    // No document: nothing of it could have run.
    return 0
  }
}
