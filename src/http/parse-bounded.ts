import { type DocumentNode, type ParseOptions, parse, type Source } from 'graphql'

/** The introspection that tools send has some 300. */
const MAX_TOKENS = 5_000

/** What a document costs, in memory and to validate, goes by its tokens: 100 kB of them can be 50,000. */
export function parseBounded(source: string | Source, options?: ParseOptions): DocumentNode {
  return parse(source, { ...options, maxTokens: MAX_TOKENS })
}
