import { type ExecutionArgs, type ExecutionResult, execute, type GraphQLSchema, subscribe } from 'graphql'
import {
  createYoga,
  type GraphQLHTTPExtensions,
  isAsyncIterable,
  mapAsyncIterator,
  type Plugin,
  type YogaServerInstance,
} from 'graphql-yoga'
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
import { finishErrors, withoutHttp } from './finish-result.js'
import { type AnswerError, type PlainAnswer, summarise } from './http-refusal.js'
import { type CountAttempts, useOneCredential } from './one-credential.js'
import { createDescribeOperation, type DescribeOperation } from './operation-mark.js'
import { createToPublicError, type ToPublicError } from './public-error.js'
import { findReason } from './refusal-reason.js'
import type { GraphQLParameters } from './request-body.js'
import type { RequestEnd } from './request-log.js'
import type { RequestView } from './request-view.js'
import type { RewordError } from './reword-errors.js'
import { takeBackCookies } from './take-back-cookies.js'
import { untilStop } from './until-stop.js'
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
  /** What it answers, as it is shown. */
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
  const finish =
    (context: object): ToPublicError =>
    (error) =>
      reword(toPublicError(error), context)
  const toPublicError = createToPublicError(parts.logger)
  const caches = createDocumentCaches()
  const streamErrors = new WeakMap<object, AnswerError | undefined>()
  const yoga = createYoga<Given, object>({
    schema: parts.schema,
    // What comes here was for GraphQL, though a host's router may have it below another path.
    graphqlEndpoint: '*',
    context: parts.context,
    plugins: [
      graphqlJs,
      useOneCredential(parts.countAttempts),
      useLimits({ maxDepth, maxAliases, maxRootFields, maxCost }),
      ...parts.plugins,
      refuseUnreadStreams,
      refuseCookieStreams,
      useFinishedStreams({ finish, stopping, errorsOf: streamErrors }),
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
    const finished = finishResult(given, finish(context))
    const { error } = finished
    if (error === undefined) return finished
    takeBackCookies(error.code, context)
    return { ...finished, error: { ...error, reason: findReason(given.errors, context) } }
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
        return { events: finishEvents(result, finish(context)), end: { status: 200, isStream: true } }
      }
      const finished = finishOne(result, context)
      return { events: giveOnce(finished.result), end: finished }
    },
  }
}

async function* giveOnce(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result
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

/** Of the ranges that are let in, those that Yoga may answer with a stream of events. */
const EVENTS = /text\//i

/** What Yoga writes itself: errors made public, with a status where there is no data, and no stream that a cache keeps. */
function useFinishedStreams(parts: {
  finish: (context: object) => ToPublicError
  stopping: AbortSignal
  errorsOf: WeakMap<object, AnswerError | undefined>
}): Plugin {
  const { finish, stopping, errorsOf } = parts
  return {
    onResultProcess({ request, result, setResult, serverContext }) {
      // A list would be a batch, and those are not taken.
      if (Array.isArray(result)) return
      if (isAsyncIterable(result)) {
        const events = finishEvents(untilStop(result, stopping), finish(serverContext))
        keepFromCaches(events)
        setResult(events)
        return
      }
      if (EVENTS.test(request.headers.get('accept') ?? '')) keepFromCaches(result)
      if (!('errors' in result) || result.errors === undefined) return
      const errors = finishErrors({ ...result, errors: result.errors }, finish(serverContext))
      const { req } = serverContext as { readonly req?: object }
      const summary = summarise(errors)
      takeBackCookies(summary?.code, serverContext as object)
      const reason = findReason(result.errors, serverContext)
      errorsOf.set(req ?? request, summary && { ...summary, reason })
      setResult({ ...result, errors })
    },
  }
}

/** What a stream says: its answer has a status already. */
function finishEvents(
  events: AsyncIterable<ExecutionResult>,
  toPublicError: ToPublicError,
): AsyncIterable<ExecutionResult> {
  return mapAsyncIterator(events, (event) => {
    if (event.errors === undefined) return event
    return { ...event, errors: event.errors.map((error) => withoutHttp(toPublicError(error))) }
  })
}

/** Yoga sends a stream of events with `no-cache`, by which it may be kept. What a host put beside stays. */
function keepFromCaches(result: object & { extensions?: unknown }): void {
  const extensions = result.extensions as { http?: GraphQLHTTPExtensions } | undefined
  const headers = { ...extensions?.http?.headers, 'Cache-Control': 'no-store' }
  result.extensions = { ...extensions, http: { ...extensions?.http, headers } }
}
