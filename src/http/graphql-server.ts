import { execute, type GraphQLSchema, type ParseOptions, parse, type Source, subscribe } from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import type { Logger } from '../base/logger.js'
import { createDocumentCaches } from './document-cache.js'
import { useFinishedResults } from './finish-result.js'
import { createToPublicError } from './public-error.js'

/** The introspection that tools send has some 300. */
const MAX_TOKENS = 5_000

/** What a document costs, in memory and to validate, goes by its tokens: 100 kB of them can be 50,000. */
function parseBounded(source: string | Source, options?: ParseOptions) {
  return parse(source, { ...options, maxTokens: MAX_TOKENS })
}

// Yoga's own executor answers fields in the order in which they were ready, not in which they were asked for.
const graphqlJs: Plugin = {
  onParse: ({ setParseFn }) => setParseFn(parseBounded),
  onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
}

/** What Yoga puts into the context on `node:http`; the guard's adapter and ours add the rest. */
export type GraphQLServer = YogaServerInstance<object, object>

/**
 * Yoga, with what costs time or opens a door turned off: the body is read, bounded and checked before it (and a form
 * never reaches it), pages and health are served elsewhere, and errors are made public by us.
 */
export function createGraphQLServer(parts: {
  schema: GraphQLSchema
  endpoint: string
  context: (initial: object) => object | Promise<object>
  plugins: readonly Plugin[]
  logger: Logger
}): GraphQLServer {
  const toPublicError = createToPublicError(parts.logger)
  return createYoga({
    schema: parts.schema,
    graphqlEndpoint: parts.endpoint,
    context: parts.context,
    plugins: [graphqlJs, ...parts.plugins, useFinishedResults(toPublicError)],
    maskedErrors: { maskError: toPublicError },
    parserAndValidationCache: createDocumentCaches(),
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  })
}
