import type { ExecutionResult } from 'graphql'
import { AuthError } from '../../base/errors.js'
import { toGraphQLError } from '../../base/graphql-error.js'
import type { GraphQLServer } from '../graphql-server.js'
import { parseParameters } from '../request-body.js'
import type { RequestLog } from '../request-log.js'
import type { RewordError } from '../reword-errors.js'
import { type SocketHead, SocketRequestView } from './socket-head.js'

export type Events = AsyncIterableIterator<ExecutionResult, void>

/** The operations of one socket. */
export interface SocketOperations {
  /** What an operation answers: one result, or a stream of them. It has begun by then. */
  begin(head: SocketHead, payload: unknown): Events
  /** Lets go of all of them: nobody listens any more. */
  stop(): void
  /** Resolves when those that have one result have given it. */
  settle(): Promise<void>
}

const OVER = { done: true, value: undefined } as const

/**
 * Runs the operations of a socket as those of requests, `max` at once. By our own account and not by the protocol's, by
 * which an operation is over when its id is free again, whatever still runs of it.
 */
export function createSocketOperations(parts: {
  readonly graphql: GraphQLServer
  readonly log: RequestLog
  readonly reword: RewordError
  readonly max: number
  readonly bodyTokens: readonly string[]
}): SocketOperations {
  const { graphql, log, reword, max, bodyTokens } = parts
  const underWay = new Set<() => void>()
  /** Those that are no streams, as far as that is known. */
  const results = new Set<() => void>()
  let wakeUp = () => {}
  let isTold = false

  function settled(stop: () => void): void {
    results.delete(stop)
    if (results.size === 0) wakeUp()
  }

  async function* refuse(): AsyncGenerator<ExecutionResult, void, void> {
    const message = `A connection may have ${max} operations open at once.`
    const error = new AuthError('RATE_LIMITED', { message })
    // Once: whoever asks for thousands has a line, and not thousands of them.
    if (!isTold) log.end(log.begin(undefined), { status: 429, error })
    isTold = true
    yield { errors: [reword(toGraphQLError(error), {})] }
  }

  async function open(
    head: SocketHead,
    { payload, signal }: { payload: unknown; signal: AbortSignal },
  ): Promise<{ events: AsyncIterable<ExecutionResult>; isStream: boolean }> {
    const entry = log.begin(undefined)
    const { parameters, tokens } = parseParameters({ parsed: payload }, bodyTokens)
    entry.parameters = parameters
    const request = new SocketRequestView(head, signal)
    const { events, end } = await graphql.open({ parameters, request, context: { req: head, body: tokens } })
    log.end(entry, end)
    return { events, isStream: end.isStream === true }
  }

  function follow(head: SocketHead, payload: unknown): Events {
    const gone = new AbortController()
    let source: AsyncIterator<ExecutionResult> | undefined
    let release: (() => void) | undefined
    let isOver = false

    function finish(): void {
      isOver = true
      underWay.delete(stop)
      settled(stop)
    }

    function stop(): void {
      if (isOver) return
      gone.abort()
      release?.()
      // What has begun and is no stream runs to its end, and counts until then.
      if (source === undefined) return
      finish()
      letGo(source)
    }

    underWay.add(stop)
    results.add(stop)
    const opening = open(head, { payload, signal: gone.signal }).then(({ events, isStream }) => {
      source = events[Symbol.asyncIterator]()
      if (isStream) settled(stop)
      if (!gone.signal.aborted) return source
      finish()
      letGo(source)
      return source
    })
    opening.catch(finish)

    async function advance(): Promise<IteratorResult<ExecutionResult, void>> {
      const events = await opening
      if (gone.signal.aborted) return OVER
      const result = await events.next()
      if (result.done === true) finish()
      return result.done === true ? OVER : result
    }

    return {
      next() {
        if (isOver || gone.signal.aborted) return Promise.resolve(OVER)
        return new Promise((resolve, reject) => {
          release = () => resolve(OVER)
          advance().then(resolve, (error) => {
            // Before it is let go of, which ends it without a word.
            reject(error)
            stop()
          })
        })
      },
      async return() {
        stop()
        return OVER
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  return {
    begin(head, payload) {
      return underWay.size < max ? follow(head, payload) : refuse()
    },
    stop() {
      for (const stop of underWay) stop()
    },
    settle() {
      if (results.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        wakeUp = resolve
      })
    },
  }
}

/** What fails while it is let go of is nobody's to hear. */
function letGo(source: AsyncIterator<unknown>): void {
  Promise.resolve(source.return?.()).catch(() => {})
}
