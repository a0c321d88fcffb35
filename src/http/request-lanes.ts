import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../base/logger.js'
import { chooseForm } from './accept.js'
import { answerFailure } from './answer-failure.js'
import { mergeHeaders, withAnswerHeaders } from './answer-headers.js'
import type { Cors } from './cors.js'
import type { GraphQLServer } from './graphql-server.js'
import { HttpRefusal, type PlainAnswer } from './http-refusal.js'
import type { CountAttempts } from './one-credential.js'
import type { Playground } from './playground/playground.js'
import {
  type GraphQLBody,
  type GraphQLParameters,
  parseParameters,
  parseQueryString,
  readBody,
  readFetchBody,
  requireJson,
  writeParameters,
} from './request-body.js'
import type { RequestEntry, RequestLog } from './request-log.js'
import { NodeRequestView } from './request-view.js'
import type { RewordError } from './reword-errors.js'

export interface LaneOptions {
  readonly graphql: GraphQLServer
  readonly endpoint: string
  readonly maxBodyBytes: number
  /** Tells pages of other origins what they may. Null: nothing, and nothing is asked. */
  readonly cors: Cors | null
  /** The members of a body, beside GraphQL's, that may hold a token. */
  readonly bodyTokens: readonly string[]
  readonly countAttempts: CountAttempts
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly logger: Logger
  readonly log: RequestLog
  /** The host's own words for errors. */
  readonly reword: RewordError
  /** Answers the paths beside GraphQL's; null: no such path. */
  readonly plain: (path: string) => PlainAnswer | null
  /** Answers a browser at the endpoint; absent: it gets what every client gets. */
  readonly playground?: Playground | undefined
}

/** The way in from `node:http`. */
export function createNodeListener(options: LaneOptions): RequestListener {
  const requireHost = createHostCheck()
  const { log } = options
  return (request, response) => {
    const entry = log.begin(request.headers['x-request-id'])
    serve(request, response, entry).catch(async (error: unknown) => {
      if (response.headersSent) return response.destroy()
      const failure = { source: { req: request }, isAborted: response.destroyed, ...options }
      return reply(response, entry, await answerFailure(error, failure))
    })
  }

  function reply(response: ServerResponse, entry: RequestEntry, answer: PlainAnswer): void {
    const { status, headers, body } = answer
    const length = status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }
    const own = { ...length, 'x-request-id': entry.id }
    response.writeHead(status, { ...options.headers, ...headers, ...own }).end(body)
    log.end(entry, answer)
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    entry: RequestEntry,
  ): Promise<void> {
    const { path, search } = splitTarget(request.url ?? '')
    requireHost(request.headers.host)
    if (path !== options.endpoint) {
      reply(response, entry, requirePlain(options, request.method, path))
      return
    }
    const page = options.playground?.(request.method, (name) => String(request.headers[name] ?? ''))
    if (page) {
      reply(response, entry, await page)
      return
    }
    if (options.cors !== null) {
      const { method, headers } = request
      const set = (name: string, value: string) => void response.setHeader(name, value)
      const preflight = options.cors({ method, find: (name) => headers[name] }, set)
      if (preflight !== null) return reply(response, entry, preflight)
    }
    const { mediaType } = chooseForm(request.headers.accept)
    const { parameters, tokens } = await readParameters(request, search)
    entry.parameters = parameters
    if (mediaType === null || SUBSCRIPTION.test(parameters.query)) {
      for (const [name, value] of Object.entries(options.headers)) response.setHeader(name, value)
      response.setHeader('x-request-id', entry.id)
      // Yoga takes an object as the body that was parsed already; bytes it would enumerate one by one.
      await options.graphql.yoga(Object.assign(request, { body: parameters }), response, { body: tokens })
      const error = options.graphql.errorOf(request)
      log.end(entry, { status: response.statusCode, error, isStream: true })
      return
    }
    const view = new NodeRequestView(request, response)
    const context = { req: request, res: response, body: tokens }
    reply(response, entry, await options.graphql.run({ parameters, request: view, context, mediaType }))
  }

  async function readParameters(request: IncomingMessage, search: string): Promise<GraphQLBody> {
    if (!isPost(request.method)) return { parameters: parseQueryString(new URLSearchParams(search)) }
    requireJson({
      contentType: request.headers['content-type'] ?? null,
      contentEncoding: request.headers['content-encoding'] ?? null,
    })
    return parseParameters(await readBody(request, options.maxBodyBytes), options.bodyTokens)
  }
}

/** The way in for whoever has a Fetch `Request`; `context` is merged into the GraphQL context. */
export function createFetchHandler(options: LaneOptions) {
  const { log } = options
  return async (request: Request, context: object = {}): Promise<Response> => {
    const entry = log.begin(request.headers.get('x-request-id'))
    const own = new Headers({ ...options.headers, 'x-request-id': entry.id })
    const response = await serve(request, { entry, own, given: context }).catch(async (error: unknown) => {
      const failure = { source: { ...context, request }, isAborted: request.signal.aborted, ...options }
      return reply(entry, await answerFailure(error, failure))
    })
    mergeHeaders(response.headers, own)
    return response
  }

  function reply(entry: RequestEntry, answer: PlainAnswer): Response {
    log.end(entry, answer)
    const { status, headers } = answer
    return new Response(status === 304 ? null : answer.body, { status, headers })
  }

  async function serve(
    request: Request,
    { entry, own, given }: { entry: RequestEntry; own: Headers; given: object },
  ): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname !== options.endpoint) {
      const answer = requirePlain(options, request.method, url.pathname)
      // In place of those of every answer: the key set may be kept.
      for (const [name, value] of Object.entries(answer.headers)) own.set(name, value)
      return reply(entry, answer)
    }
    const page = options.playground?.(request.method, (name) => request.headers.get(name))
    if (page) {
      const answer = await page
      // It says itself how it may be kept.
      for (const [name, value] of Object.entries(answer.headers)) own.set(name, value)
      return reply(entry, answer)
    }
    if (options.cors !== null) {
      const { method, headers } = request
      const set = (name: string, value: string) => own.set(name, value)
      const preflight = options.cors({ method, find: (name) => headers.get(name) }, set)
      if (preflight !== null) return reply(entry, preflight)
    }
    const { mediaType } = chooseForm(request.headers.get('accept'))
    const { parameters, tokens } = await readParameters(request, url.searchParams)
    entry.parameters = parameters
    // A copy: the operation's own things are put into it.
    const context = withAnswerHeaders({ ...given, body: tokens }, own)
    if (mediaType === null || SUBSCRIPTION.test(parameters.query)) {
      const asked = withParameters(request, parameters)
      const response = toNative(await options.graphql.yoga.fetch(asked, context))
      log.end(entry, { status: response.status, error: options.graphql.errorOf(asked), isStream: true })
      return response
    }
    return reply(entry, await options.graphql.run({ parameters, request, context, mediaType }))
  }

  async function readParameters(request: Request, search: URLSearchParams): Promise<GraphQLBody> {
    if (!isPost(request.method)) return { parameters: parseQueryString(search) }
    requireJson({
      contentType: request.headers.get('content-type'),
      contentEncoding: request.headers.get('content-encoding'),
    })
    return parseParameters(await readFetchBody(request, options.maxBodyBytes), options.bodyTokens)
  }
}

/** Nothing else is answered by a stream, and none is without the word. */
const SUBSCRIPTION = /\bsubscription\b/

/** The request again, since its body was read. */
function withParameters(request: Request, parameters: GraphQLParameters): Request {
  const { url, method, headers, signal } = request
  if (method !== 'POST') return request
  return new Request(url, { method, headers, signal, body: writeParameters(parameters) })
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

function isPost(method: string | undefined): boolean {
  if (method === 'POST' || method === 'GET') return method === 'POST'
  throw new HttpRefusal(405, 'Use POST, or GET for a query.', { allow: 'GET, POST' })
}

function requirePlain(options: LaneOptions, method: string | undefined, path: string): PlainAnswer {
  const answer = options.plain(path)
  if (answer === null) throw new HttpRefusal(404, 'There is nothing here.')
  if (method !== 'GET' && method !== 'HEAD') throw new HttpRefusal(405, 'Use GET.', { allow: 'GET, HEAD' })
  return answer
}
