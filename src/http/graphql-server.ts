import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  subscribe,
} from 'graphql'
import { createYoga, isAsyncIterable, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { Logger } from '../base/logger.js'
import type { DocumentLimits } from '../base/options.js'
import { useLimits } from '../limits/use-limits.js'
import { type AnswerForm, chooseForm } from './accept.js'
import { validateBounded, withBounds } from './bounds.js'
import { refuseCookieStreams } from './csrf.js'
import { createDocumentCaches } from './document-cache.js'
import { endWithError } from './end-with-error.js'
import { type Finish, finishEvents, type OnFailure, useFinishedStreams } from './finish-streams.js'
import type { AnswerError, PlainAnswer } from './http-refusal.js'
import { InvalidDocument } from './invalid-document.js'
import { type CountAttempts, useOneCredential } from './one-credential.js'
import { createDescribeOperation, type DescribeOperation } from './operation-mark.js'
import { createToPublicError, type Failure, failureOf, logFailure } from './public-error.js'
import { findReason } from './refusal-reason.js'
import type { GraphQLParameters } from './request-body.js'
import type { RequestEnd } from './request-log.js'
import type { RequestView } from './request-view.js'
import type { RewordError } from './reword-errors.js'
import { takeBackCookies } from './take-back-cookies.js'
import { type FinishedResult, finishResult, writeResult } from './write-result.js'

// Yoga's own executor answers fields in the order in which they were ready, not in which they were asked for.
const graphqlJs: Plugin = {
  onValidate: ({ setValidationFn }) => setValidationFn(validateBounded),
  onExecute: ({ setExecuteFn }) => setExecuteFn((args: ExecutionArgs) => execute(withBounds(args))),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribeToEnd),
}

async function subscribeToEnd(args: ExecutionArgs) {
  const result = await subscribe(withBounds(args))
  return isAsyncIterable(result) ? endWithError(result, args) : result
}

/** An operation, and the context that its own is made of. */
interface Operation {
  readonly parameters: GraphQLParameters
  readonly request: RequestView
  readonly context: object
}

/** Executes what is asked, by Yoga. */
export interface GraphQLServer {
  /**
   * Runs an operation that has one result, by Yoga's pipeline without its HTTP, which costs as much again. Never rejects
   * for what the operation does.
   */
  run(operation: Operation & { mediaType: NonNullable<AnswerForm['mediaType']> }): Promise<PlainAnswer>
  /** The same of any operation, for who answers it by other means than HTTP: with one result, or a stream of them. */
  open(operation: Operation): Promise<OpenedOperation>
  /** What the log calls an operation that was run. */
  readonly describe: DescribeOperation
  /** The error of an answer that Yoga wrote, by the request that it was asked with. */
  errorOf(request: object): AnswerError | undefined
  /** Yoga itself, for what is answered by a stream. On Node it takes `request.body` as the body that was parsed. */
  readonly yoga: Yoga
}

export interface OpenedOperation {
  /** What it answers, as it is shown. Throws an `InvalidDocument` for one that can never be executed. */
  readonly events: AsyncIterable<ExecutionResult>
  /** For the log. */
  readonly end: RequestEnd
}

/** What we put into the context beside Yoga's own: the members of the body that may hold a token. */
interface Given {
  readonly body?: Readonly<Record<string, unknown>>
}

export type Yoga = YogaServerInstance<Given, object>

/**
 * Yoga, with what costs time or opens a door turned off: the body is read, bounded and checked before it (and a form
 * never reaches it), pages and health are served elsewhere, and errors are made public by us.
 */
export function createGraphQLServer(parts: {
  schema: GraphQLSchema
  context: (initial: object) => object | Promise<object>
  plugins: readonly Plugin[]
  limits: DocumentLimits
  countAttempts: CountAttempts
  logger: Logger
  reword: RewordError
  /** Aborts when the server stops. */
  stopping: AbortSignal
}): GraphQLServer {
  const { reword, stopping } = parts
  const { maxDepth, maxAliases, maxRootFields, maxCost } = parts.limits
  const toPublicError = createToPublicError()
  const finish: Finish = (context, onFailure) => (error) => {
    const shown = toPublicError(error)
    const failure = failureOf(shown)
    if (failure !== undefined) onFailure(failure)
    return reword(shown, context)
  }
  const onStreamFailure: OnFailure = (failure) => logFailure(parts.logger, failure)
  const caches = createDocumentCaches()
  /** The requests whose document is valid: a context is made for nothing else. */
  const validated = new WeakSet<object>()
  const streamErrors = new WeakMap<object, AnswerError | undefined>()
  const yoga = createYoga<Given, object>({
    schema: parts.schema,
    // What comes here was for GraphQL, though a host's router may have it below another path.
    graphqlEndpoint: '*',
    context: (initial) => {
      validated.add(initial.request)
      return parts.context(initial)
    },
    plugins: [
      graphqlJs,
      useOneCredential(parts.countAttempts),
      useLimits({ maxDepth, maxAliases, maxRootFields, maxCost }),
      ...parts.plugins,
      refuseUnreadStreams,
      refuseCookieStreams,
      useFinishedStreams({ finish, onStreamFailure, stopping, errorsOf: streamErrors }),
    ],
    maskedErrors: { maskError: toPublicError },
    parserAndValidationCache: caches,
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  })

  function finishOne(given: ExecutionResult, context: object): FinishedResult {
    const failures: Failure[] = []
    const finished = finishResult(
      given,
      finish(context, (failure) => failures.push(failure)),
    )
    const { error } = finished
    if (error === undefined) return finished
    takeBackCookies(error.code, context)
    return { ...finished, error: { ...error, reason: findReason(given.errors, context), failures } }
  }

  return {
    yoga,
    describe: createDescribeOperation(caches.documentCache),
    errorOf: (request) => streamErrors.get(request),
    async run({ mediaType, ...operation }) {
      const result = (await resultOf(yoga, operation)) as ExecutionResult
      return writeResult(finishOne(result, operation.context), mediaType)
    },
    async open(operation) {
      const { context } = operation
      const result = await resultOf(yoga, operation)
      if (isAsyncIterable(result)) {
        const events = finishEvents(result, finish(context, onStreamFailure))
        return { events, end: { status: 200, isStream: true } }
      }
      const finished = finishOne(result, context)
      const { errors } = finished.result
      const isInvalid = errors !== undefined && !validated.has(operation.request)
      return { events: isInvalid ? failOnce(errors) : giveOnce(finished.result), end: finished }
    },
  }
}

async function* giveOnce(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result
}

function failOnce(errors: readonly GraphQLError[]): AsyncIterable<ExecutionResult> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new InvalidDocument(errors)) }) }
}

async function resultOf(
  yoga: Yoga,
  { parameters, request, context }: Operation,
): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  try {
    // Of a request Yoga's pipeline reads the method alone; the rest is for a host's own code.
    const asked = { params: parameters, request: request as Request } as Parameters<
      Yoga['getResultForParams']
    >[0]
    return (await yoga.getResultForParams(asked, context as never)) as ExecutionResult
  } catch (error) {
    return { errors: [error as never] }
  }
}

/** Whose stream nobody would read is refused before it begins: Yoga would start its source, answer 406, and forget it. */
const refuseUnreadStreams: Plugin = {
  onSubscribe({ args, setResultAndStopExecution }) {
    const { request } = args.contextValue as { readonly request?: RequestView }
    if (request === undefined || chooseForm(request.headers.get('accept')).mayStream) return
    const message = 'A subscription is answered by a stream: accept text/event-stream.'
    const refused = toGraphQLError(new AuthError('INVALID_REQUEST', { message }))
    refused.extensions.http = { status: 406 }
    setResultAndStopExecution({ errors: [refused] })
  },
}
