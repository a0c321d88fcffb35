import { randomUUID } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { AuthError, ERRORS, isErrorCode } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { Logger } from '../base/logger.js'
import { StoreUnavailable } from '../store/contract.js'
import { withoutValues } from './redact.js'

/**
 * What a client is shown of an error. Ours keep their code; a host's own `GraphQLError` keeps what the host wrote; all
 * else becomes `INTERNAL_SERVER_ERROR` with an `id`, under which the log has the error itself.
 */
export type ToPublicError = (error: unknown) => GraphQLError

export function createToPublicError(logger: Logger): ToPublicError {
  return (error) => {
    const shown =
      error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) })
    if ('action' in shown.extensions) return shown
    const cause = rootOf(shown)
    if (cause === null) return complete(shown)
    if (cause instanceof AuthError) return located(toGraphQLError(cause, { http: true }), shown)
    return located(toGraphQLError(conceal(cause, logger), { http: true }), shown)
  }
}

/** For a person: what happened is in the log. */
function conceal(cause: Error, logger: Logger): AuthError {
  if (cause instanceof StoreUnavailable) {
    logger.error({ err: cause }, 'the database is not available')
    return new AuthError('UNAVAILABLE', { retryAfterSeconds: 1 })
  }
  const id = randomUUID()
  logger.error({ err: cause, id }, 'unexpected error')
  return new AuthError('INTERNAL_SERVER_ERROR', { details: { id } })
}

/** The deepest cause; null where all of it is GraphQL's own, meant to be seen. */
function rootOf(error: GraphQLError): Error | null {
  const { originalError } = error
  if (originalError == null) return null
  return originalError instanceof GraphQLError ? rootOf(originalError) : originalError
}

/** graphql-js has no codes: they are told apart by where and how they arise. */
function codeOf(error: GraphQLError): string {
  const { code } = error.extensions
  // Yoga's own, about a request that is none.
  if (code === 'BAD_REQUEST') return 'INVALID_REQUEST'
  if (typeof code === 'string') return code
  if (error.path !== undefined) return 'INTERNAL_SERVER_ERROR'
  if (error.message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED'
  return error.message.startsWith('Variable "$') ? 'BAD_USER_INPUT' : 'INVALID_REQUEST'
}

/** Code, action and status for an error that GraphQL itself or a host made. */
function complete(error: GraphQLError): GraphQLError {
  const code = codeOf(error)
  const { action, status } = isErrorCode(code) ? ERRORS[code] : { action: 'none', status: 400 }
  const own = error.extensions.http as { status?: number; headers?: Record<string, string> } | undefined
  const http = { status: own?.status ?? status, headers: own?.headers ?? {} }
  const isHosts = error.path !== undefined
  const message = isHosts ? error.message : withoutValues(error.message)
  return located(
    new GraphQLError(message, { extensions: { action, ...error.extensions, code, http } }),
    error,
  )
}

function located(mapped: GraphQLError, at: GraphQLError): GraphQLError {
  const { nodes, source, positions, path } = at
  return new GraphQLError(mapped.message, {
    nodes,
    source,
    positions,
    path,
    extensions: mapped.extensions,
  })
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value))
}
