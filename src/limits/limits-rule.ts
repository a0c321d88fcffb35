import type { ASTVisitor, ValidationContext } from 'graphql'
import { createDocumentCheck } from './check-document.js'
import { type LimitOptions, resolveLimits } from './limit-options.js'

/**
 * The limits of documents as a validation rule, for Apollo Server, Mercurius and whatever else takes `validationRules`.
 * Add it beside graphql's own rules. A document beyond a limit has this one error, and no other rule reads on: the cost of
 * validation is bounded too. The server gives the answer its status, and may put a code of its own for all validation in
 * the place of `INVALID_REQUEST` (Apollo Server does); `extensions.limit` and `extensions.max` stay.
 *
 * @throws `OptionError` for a limit that is unknown or out of range.
 *
 * @example
 * new ApolloServer({ schema, validationRules: [limitsRule({ maxDepth: 10 })] })
 */
export function limitsRule(options?: LimitOptions): (context: ValidationContext) => ASTVisitor {
  const check = createDocumentCheck(resolveLimits(options))
  return (context) => ({
    Document(document) {
      const error = check(document)
      if (error === null) return undefined
      context.reportError(error)
      // All rules go on with what a visitor returns: there is nothing left to compare.
      return { ...document, definitions: [] }
    },
  })
}
