import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../base/logger.js'
import { requireAcceptable } from './accept.js'
import type { GraphQLServer } from './graphql-server.js'
import { answerError, answerRefusal, HttpRefusal, type PlainAnswer } from './http-refusal.js'
import { asError, conceal } from './public-error.js'
import {
  checkQueryString,
  parseParameters,
  readBody,
  readFetchBody,
  requireJson,
  writeParameters,
} from './request-body.js'

export interface LaneOptions {
  readonly graphql: GraphQLServer
  readonly endpoint: string
  readonly maxBodyBytes: number
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly logger: Logger
  /** Answers the paths beside GraphQL's; null: no such path. */
  readonly plain: (path: string) => PlainAnswer | null
}

/** The way in from `node:http`. */
export function createNodeListener(options: LaneOptions): RequestListener {
  const headers = Object.entries(options.headers)
  const requireHost = createHostCheck()
  return (request, response) => {
    // On the response itself: to hand them through Yoga's result costs four times as much.
    for (const [name, value] of headers) response.setHeader(name, value)
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else reply(response, answerFailure(error, { isAborted: response.destroyed, logger: options.logger }))
    })
  }

  function reply(response: ServerResponse, { status, headers, body }: PlainAnswer): void {
    response.writeHead(status, headers).end(body)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, search } = splitTarget(request.url ?? '')
    requireHost(request.headers.host)
    if (path !== options.endpoint) {
      reply(response, requirePlain(options, request.method, path))
      return
    }
    requireAcceptable(request.headers.accept)
    if (request.method === 'POST') {
      requireJson({
        contentType: request.headers['content-type'] ?? null,
        contentEncoding: request.headers['content-encoding'] ?? null,
      })
      // Yoga takes an object as the body that was parsed already; bytes it would enumerate one by one.
      const body = parseParameters(await readBody(request, options.maxBodyBytes))
      Object.assign(request, { body })
    } else {
      requireGet(request.method)
      checkQueryString(new URLSearchParams(search))
    }
    await options.graphql(request, response)
  }
}

/** The way in for whoever has a Fetch `Request`; `context` is merged into the GraphQL context. */
export function createFetchHandler(options: LaneOptions) {
  return async (request: Request, context: object = {}): Promise<Response> => {
    const response = await serve(request, context).catch((error: unknown) =>
      toResponse(answerFailure(error, { isAborted: request.signal.aborted, logger: options.logger })),
    )
    for (const [name, value] of Object.entries(options.headers)) response.headers.set(name, value)
    return response
  }

  async function serve(request: Request, context: object): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname !== options.endpoint) {
      return toResponse(requirePlain(options, request.method, url.pathname))
    }
    requireAcceptable(request.headers.get('accept'))
    if (request.method !== 'POST') {
      requireGet(request.method)
      checkQueryString(url.searchParams)
      return toNative(await options.graphql.fetch(request, context))
    }
    requireJson({
      contentType: request.headers.get('content-type'),
      contentEncoding: request.headers.get('content-encoding'),
    })
    const parameters = parseParameters(await readFetchBody(request, options.maxBodyBytes))
    const { headers, signal } = request
    const body = writeParameters(parameters)
    const parsed = new Request(request.url, { method: 'POST', headers, signal, body })
    return toNative(await options.graphql.fetch(parsed, context))
  }
}

/** Yoga's own `Response` is none for a framework that looks at its class, and spells header names as they were set. */
function toNative({ status, headers, body }: Response): Response {
  // Node's takes what can be iterated; the DOM's types do not say so.
  const bytes = body && (readChunks(body) as unknown as BodyInit)
  return new Response(bytes, { status, headers: [...headers] })
}

/** A generator, so that a body which nobody reads is not begun: Yoga's streams fail when they are given up before that. */
async function* readChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* body
}

function splitTarget(target: string): { path: string; search: string } {
  if (!target.startsWith('/')) throw new HttpRefusal(400, 'The request target must be a path.')
  const query = target.indexOf('?')
  return query < 0
    ? { path: target, search: '' }
    : { path: target.slice(0, query), search: target.slice(query + 1) }
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** Yoga makes a URL of it, and would answer 500 where that fails. */
function createHostCheck(): (host: string | undefined) => void {
  // Nearly every request names the same one, and to parse it costs a twentieth of the request.
  let known: string | undefined
  return (host) => {
    if (host === known) return
    if (host !== undefined && !(HOST.test(host) && URL.canParse(`http://${host}`))) {
      throw new HttpRefusal(400, 'The Host header is not a host.')
    }
    known = host
  }
}

function requireGet(method: string | undefined): void {
  if (method !== 'GET') throw new HttpRefusal(405, 'Use POST, or GET for a query.', { allow: 'GET, POST' })
}

function requirePlain(options: LaneOptions, method: string | undefined, path: string): PlainAnswer {
  const answer = options.plain(path)
  if (answer === null) throw new HttpRefusal(404, 'There is nothing here.')
  if (method !== 'GET' && method !== 'HEAD') throw new HttpRefusal(405, 'Use GET.', { allow: 'GET, HEAD' })
  return answer
}

/** What is neither refused on purpose nor given up by the client is our mistake, or a host's. */
function answerFailure(
  error: unknown,
  { isAborted, logger }: { isAborted: boolean; logger: Logger },
): PlainAnswer {
  if (error instanceof HttpRefusal) return answerRefusal(error)
  if (isAborted) return answerRefusal(new HttpRefusal(400, 'The request was given up.'))
  return answerError(conceal(asError(error), logger))
}

function toResponse({ status, headers, body }: PlainAnswer): Response {
  return new Response(body, { status, headers })
}
