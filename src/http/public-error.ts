import { randomUUID } from 'node:crypto'
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql'
import { AuthError, ERRORS, type ErrorCode, isErrorCode } from '../base/errors.js'
import { type HttpAnswer, httpOf, rebuildError, toGraphQLError } from '../base/graphql-error.js'
import type { Logger } from '../base/logger.js'
import { StoreUnavailable } from '../store/failures.js'
import { withoutValues } from './redact.js'

/** Of a resolver's value, and of a client's argument, which validation cannot always foresee. */
const BAD_VALUE = /^(?:Int|Float|String|Boolean|ID|Enum "\w+") cannot represent /
const BAD_ARGUMENT = /^Argument "\w+" (?:has invalid value|of (?:required|non-null) type) /

/**
 * What a client is shown of an error. Ours keep their code; a host's own `GraphQLError` keeps what the host wrote; all
 * else becomes `INTERNAL_SERVER_ERROR` with an `id`, under which the log has the error itself.
 */
export type ToPublicError = (error: unknown) => GraphQLError

/** Of refused tokens. Beside the error and not in it, so that no answer can have it. */
const REASONS = new WeakMap<object, string>()

/** Why the token was refused that a public error is about; for the log alone. */
export function reasonOf(error: unknown): string | undefined {
  return REASONS.get(error as object)
}

/** Why a request failed on our side. */
export interface Failure {
  readonly code: ErrorCode
  readonly cause: Error
  /** Under which the client knows it; absent when the database is unavailable. */
  readonly id?: string
}

/** Of errors that stand for a failure. Beside the error and not in it, so that no response can have it. */
const FAILURES = new WeakMap<object, Failure>()

/** What a public error stands for, to be logged with the request; undefined when the caller was refused. */
export function failureOf(error: unknown): Failure | undefined {
  return FAILURES.get(error as object)
}

/** Logs a failure that belongs to no line of a request: an event of a stream, a message of a socket. */
export function logFailure(logger: Logger, { cause, id }: Failure): void {
  logger.error({ err: cause, id }, id === undefined ? 'the database is not available' : 'unexpected error')
}

export function createToPublicError(): ToPublicError {
  // Yoga asks twice: where an error arises, and where the result is finished.
  const known = new WeakSet<GraphQLError>()

  function makePublic(error: GraphQLError): GraphQLError {
    const cause = isBadValue(error) ? error : rootOf(error)
    if (cause === null) return complete(error)
    const ours = cause instanceof AuthError ? cause : (nestedTooDeep(cause, error) ?? conceal(cause))
    const shown = located(toGraphQLError(ours, { http: true }), error)
    if (typeof ours.cause === 'string') REASONS.set(shown, ours.cause)
    const failure = failureOf(ours)
    if (failure !== undefined) FAILURES.set(shown, failure)
    return shown
  }

  return (error) => {
    const found =
      error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) })
    if (known.has(found)) return found
    const shown = makePublic(found)
    known.add(shown)
    return shown
  }
}

/** What graphql-js says, with the value, of one that a resolver answered and that is not of the field's type. */
function isBadValue({ path, message, extensions }: GraphQLError): boolean {
  return path !== undefined && extensions.code === undefined && BAD_VALUE.test(message)
}

/** Parser and validation are recursive: before anything runs, a full stack is the document's doing. */
function nestedTooDeep(cause: Error, { path }: GraphQLError): AuthError | null {
  if (!(cause instanceof RangeError) || path !== undefined) return null
  return new AuthError('INVALID_REQUEST', { message: 'The document is nested too deep.', cause })
}

/** The error that stands for a failure: it says to the client as little as it can, and `failureOf` has the rest. */
export function conceal(cause: Error): AuthError {
  if (cause instanceof StoreUnavailable) {
    const error = new AuthError('UNAVAILABLE', { retryAfterSeconds: 1 })
    FAILURES.set(error, { code: error.code, cause })
    return error
  }
  const id = randomUUID()
  const error = new AuthError('INTERNAL_SERVER_ERROR', { details: { id } })
  FAILURES.set(error, { code: error.code, cause, id })
  return error
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
  if (typeof code === 'string' && (error.path !== undefined || isErrorCode(code))) return code
  if (BAD_ARGUMENT.test(error.message)) return 'BAD_USER_INPUT'
  if (error.path !== undefined) return 'INTERNAL_SERVER_ERROR'
  if (error.message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED'
  // The rest is Yoga's own: `BAD_REQUEST`, `OPERATION_RESOLUTION_FAILURE`.
  return error.message.startsWith('Variable "$') ? 'BAD_USER_INPUT' : 'INVALID_REQUEST'
}

/** Code, action and status for an error that GraphQL itself or a host made. */
function complete(error: GraphQLError): GraphQLError {
  const code = codeOf(error)
  const action = isErrorCode(code) ? ERRORS[code].action : 'none'
  const isHosts = error.path !== undefined && !BAD_ARGUMENT.test(error.message)
  const message = isHosts ? error.message : withoutValues(error.message)
  const own = { code, action: error.extensions.action ?? action }
  const extensions = { ...own, ...error.extensions, ...own, http: answerOf(code, error.extensions) }
  return located(new GraphQLError(message, { extensions }), error)
}

/** As the code has it, unless a host chose a status itself: then no challenge goes with it but its own. */
function answerOf(code: string, details: GraphQLErrorExtensions): HttpAnswer {
  const usual = isErrorCode(code) ? httpOf(new AuthError(code, { details })) : { status: 400, headers: {} }
  const { status = usual.status, headers } = (details.http ?? {}) as Partial<HttpAnswer>
  return { status, headers: status === usual.status ? { ...usual.headers, ...headers } : { ...headers } }
}

function located(mapped: GraphQLError, at: GraphQLError): GraphQLError {
  return rebuildError(at, mapped)
}

/** Whatever was thrown, as an error. */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value))
}
