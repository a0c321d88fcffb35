import type { ExecutionResult } from 'graphql'
import { type GraphQLHTTPExtensions, isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga'
import { finishErrors, withoutHttp } from './finish-result.js'
import { type AnswerError, summarise } from './http-refusal.js'
import type { Failure, ToPublicError } from './public-error.js'
import { findReason } from './refusal-reason.js'
import { takeBackCookies } from './take-back-cookies.js'
import { untilStop } from './until-stop.js'

export type OnFailure = (failure: Failure) => void
/** Makes errors public, and hands on what they stand for. */
export type Finish = (context: object, onFailure: OnFailure) => ToPublicError

/** Of the ranges that are let in, those that Yoga may answer with a stream of events. */
const EVENTS = /text\//i

/** What Yoga writes itself: errors made public, with a status where there is no data, and no stream that a cache keeps. */
export function useFinishedStreams(parts: {
  finish: Finish
  onStreamFailure: OnFailure
  stopping: AbortSignal
  errorsOf: WeakMap<object, AnswerError | undefined>
}): Plugin {
  const { finish, onStreamFailure, stopping, errorsOf } = parts
  return {
    onResultProcess({ request, result, setResult, serverContext }) {
      // A list would be a batch, and those are not taken.
      if (Array.isArray(result)) return
      if (isAsyncIterable(result)) {
        const events = finishEvents(untilStop(result, stopping), finish(serverContext, onStreamFailure))
        keepFromCaches(events)
        setResult(events)
        return
      }
      if (EVENTS.test(request.headers.get('accept') ?? '')) keepFromCaches(result)
      if (!('errors' in result) || result.errors === undefined) return
      const failures: Failure[] = []
      const toPublic = finish(serverContext, (failure) => failures.push(failure))
      const errors = finishErrors({ ...result, errors: result.errors }, toPublic)
      const { req } = serverContext as { readonly req?: object }
      const summary = summarise(errors)
      takeBackCookies(summary?.code, serverContext as object)
      const reason = findReason(result.errors, serverContext)
      const { status } = (errors[0]?.extensions.http ?? {}) as GraphQLHTTPExtensions
      errorsOf.set(req ?? request, summary && { ...summary, reason, failures, status })
      setResult({ ...result, errors })
    },
    onResponse: acceptStream,
  }
}

/**
 * The protocol of graphql-sse: a refusal is an event of an accepted stream. Its client and `EventSource` read no body of
 * a 4xx, and the client sends the operation again. Headers stay: `Retry-After`, and the challenge by which
 * `sallyport/client` knows a refusal. 405 is about the request's method and not about the operation.
 */
const acceptStream: NonNullable<Plugin['onResponse']> = ({ response, setResponse, fetchAPI }) => {
  if (response.status === 200 || response.status === 405) return
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return
  setResponse(new fetchAPI.Response(response.body, { status: 200, headers: response.headers }))
}

/** What a stream says: its answer has a status already. */
export function finishEvents(
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
