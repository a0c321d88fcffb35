import type { GraphQLError } from 'graphql'
import { rebuildError } from '../base/graphql-error.js'
import type { ToPublicError } from './public-error.js'

/** Makes the errors of a result public. Only the first of one without data says a status and headers: it is the answer's. */
export function finishErrors(
  { data, errors }: { readonly data?: unknown; readonly errors: readonly unknown[] },
  toPublicError: ToPublicError,
): GraphQLError[] {
  const hasData = data != null
  return errors.map((error, index) => {
    const shown = toPublicError(error)
    return hasData || index > 0 ? withoutHttp(shown) : shown
  })
}

/** For a body: the status and the headers are the transport's. */
export function withoutHttp(error: GraphQLError): GraphQLError {
  const { http, ...extensions } = error.extensions
  if (http === undefined) return error
  return rebuildError(error, { message: error.message, extensions })
}
