import { isAsyncIterable } from '@graphql-tools/utils'
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ToPublicError } from './public-error.js'

/** What Yoga takes from a result for the answer's head; it is not part of the body. */
interface WithHttp {
  readonly extensions?: Readonly<Record<string, unknown>>
}

/**
 * Makes the errors of every answer public, and its status that of the first error where there is no data: an answer with
 * data is 200, whatever errors stand beside it. Every answer has `headers`.
 */
export function useFinishedResults(
  toPublicError: ToPublicError,
  headers: Readonly<Record<string, string>>,
): Plugin {
  const http = { headers }

  function withHead<T extends WithHttp>(result: T): T {
    return { ...result, extensions: { ...result.extensions, http } }
  }

  return {
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result)) return
      // A stream is an object with state: its head is written on it.
      if (isAsyncIterable(result)) setResult(Object.assign(result, { extensions: { http } }))
      else if (result.errors === undefined) setResult(withHead(result))
      else setResult(withHead({ ...result, errors: finish(result.errors, result.data != null) }))
    },
  }

  function finish(errors: readonly GraphQLError[], hasData: boolean): GraphQLError[] {
    return errors.map((error, index) => {
      const shown = toPublicError(error)
      return hasData || index > 0 ? withoutHttp(shown) : shown
    })
  }
}

function withoutHttp(error: GraphQLError): GraphQLError {
  const { http, ...extensions } = error.extensions
  if (http === undefined) return error
  const { nodes, source, positions, path } = error
  return new GraphQLError(error.message, { nodes, source, positions, path, extensions })
}
