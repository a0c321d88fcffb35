import { GraphQLError } from 'graphql'
import type { GraphQLHTTPExtensions, Plugin } from 'graphql-yoga'
import type { ToPublicError } from './public-error.js'

/** Of the ranges that the gate lets in, those that Yoga may answer with a stream of events. */
const EVENTS = /text\//i

/**
 * Makes the errors of every answer public, and its status that of the first error where there is no data. An answer
 * with data is 200, whatever errors stand beside it.
 */
export function useFinishedResults(toPublicError: ToPublicError): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      // A list would be a batch, and those are not taken.
      if (Array.isArray(result)) return
      if (EVENTS.test(request.headers.get('accept') ?? '')) keepFromCaches(result)
      if (!('errors' in result) || result.errors === undefined) return
      const hasData = result.data != null
      const errors = result.errors.map((error, index) => {
        const shown = toPublicError(error)
        return hasData || index > 0 ? withoutHttp(shown) : shown
      })
      setResult({ ...result, errors })
    },
  }
}

/** Yoga sends a stream of events with `no-cache`, by which it may be kept. What a host put beside stays. */
function keepFromCaches(result: object & { extensions?: unknown }): void {
  const extensions = result.extensions as { http?: GraphQLHTTPExtensions } | undefined
  const headers = { ...extensions?.http?.headers, 'Cache-Control': 'no-store' }
  result.extensions = { ...extensions, http: { ...extensions?.http, headers } }
}

function withoutHttp(error: GraphQLError): GraphQLError {
  const { http, ...extensions } = error.extensions
  if (http === undefined) return error
  const { nodes, source, positions, path } = error
  return new GraphQLError(error.message, { nodes, source, positions, path, extensions })
}
