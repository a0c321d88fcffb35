import type { ASTVisitor, ValidationContext } from 'graphql'
import { createDocumentCheck } from './check-document.js'
import { type LimitOptions, resolveLimits } from './limit-options.js'

/**
 * The limits of documents as a validation rule, for Apollo Server, Mercurius and other servers with `validationRules`.
 * A document beyond a limit gets this error alone, and no other rule reads on, so that the cost of validation is
 * bounded too. The server sets the status, and may replace the code `INVALID_REQUEST` by its own for validation (Apollo
 * Server does); `extensions.limit` and `extensions.max` stay.
 * @throws {OptionError} for a limit that is unknown or out of range.
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
      // Every rule goes on with the visitor's result, and there is nothing left to compare.
      return { ...document, definitions: [] }
    },
  })
}
