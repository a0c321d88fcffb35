import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ToPublicError } from './public-error.js'

/** For a stream of events, which Yoga else answers with `no-cache`: that may be kept. */
const KEPT_BY_NOBODY = { extensions: { http: { headers: { 'Cache-Control': 'no-store' } } } }

/**
 * Makes the errors of every answer public, and its status that of the first error where there is no data. An answer
 * with data is 200, whatever errors stand beside it.
 */
export function useFinishedResults(toPublicError: ToPublicError): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      if (request.headers.get('accept')?.includes('text/event-stream')) Object.assign(result, KEPT_BY_NOBODY)
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

function withoutHttp(error: GraphQLError): GraphQLError {
  const { http, ...extensions } = error.extensions
  if (http === undefined) return error
  const { nodes, source, positions, path } = error
  return new GraphQLError(error.message, { nodes, source, positions, path, extensions })
}
