import type { DocumentNode, GraphQLError } from 'graphql'
import { createDocumentCheck } from './check-document.js'
import { type LimitOptions, resolveLimits } from './limit-options.js'

type Parse = (source: never, options?: { maxTokens?: number | undefined }) => DocumentNode

interface ParseHook {
  readonly parseFn: Parse
  setParseFn(parse: Parse): void
}

interface ValidateHook {
  readonly params: { readonly documentAST: DocumentNode }
  setResult(errors: GraphQLError[]): void
}

/** The hooks of an Envelop or Yoga plugin that the limits use. */
export interface LimitsPlugin {
  onParse(payload: ParseHook): void
  onValidate(payload: ValidateHook): void
}

/**
 * The limits of documents as a plugin of Yoga, or of any server on Envelop. A text with too many tokens is a syntax
 * error, because the parser stops there. A document beyond another limit is invalid, and nothing else reads it: its
 * error has the code `INVALID_REQUEST`, the name of the `limit` and its `max`. Yoga responds as to every invalid
 * document: with 400, or with 200 to a client that accepts `application/json` alone.
 * @throws {OptionError} for a limit that is unknown or out of range.
 * @example
 * createYoga({ schema, plugins: [useLimits({ maxDepth: 10 }), useGuard({ unmarked: 'error' })] })
 */
export function useLimits(options?: LimitOptions): LimitsPlugin {
  const limits = resolveLimits(options)
  const check = createDocumentCheck(limits)
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, parseOptions) => {
        const maxTokens = Math.min(limits.maxTokens, parseOptions?.maxTokens ?? limits.maxTokens)
        return parseFn(source, { ...parseOptions, maxTokens })
      })
    },
    onValidate({ params: { documentAST }, setResult }) {
      const error = check(documentAST)
      if (error !== null) setResult([error])
    },
  }
}
