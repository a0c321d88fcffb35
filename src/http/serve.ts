import type { Logger } from '../base/logger.js'
import { chooseForm } from './accept.js'
import { answerFailure } from './answer-failure.js'
import type { Cors } from './cors.js'
import type { Exchange } from './exchange.js'
import type { GraphQLServer } from './graphql-server.js'
import { HttpRefusal, nothingHere, type PlainAnswer } from './http-refusal.js'
import type { CountAttempts } from './one-credential.js'
import { asksForPage, type Playground } from './playground/playground.js'
import { type GraphQLBody, parseParameters, parseQueryString, requireJson } from './request-body.js'
import type { RequestEntry, RequestLog } from './request-log.js'
import type { RewordError } from './reword-errors.js'

export interface ServeOptions {
  readonly graphql: GraphQLServer
  readonly endpoint: string
  readonly maxBodyBytes: number
  /** Tells pages of other origins what they may. Null: nothing, and nothing is asked. */
  readonly cors: Cors | null
  /** The members of a body, beside GraphQL's, that may hold a token. */
  readonly bodyTokens: readonly string[]
  readonly countAttempts: CountAttempts
  /** Of every answer that has no others of these names. */
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

/** Answers every request, of either way in. Never rejects. */
export function createServe(options: ServeOptions): (exchange: Exchange) => Promise<void> {
  const { graphql, endpoint, cors, playground, log } = options

  return async (exchange) => {
    const entry = log.begin(exchange.find('x-request-id'))
    try {
      const answer = await answerTo(exchange, entry)
      if (answer !== null) reply(exchange, entry, answer)
    } catch (error) {
      const failure = { source: exchange.source(), isAborted: exchange.isAborted, ...options }
      reply(exchange, entry, await answerFailure(error, failure))
    }
  }

  function reply(exchange: Exchange, entry: RequestEntry, answer: PlainAnswer): void {
    const headers = { ...options.headers, ...answer.headers, 'x-request-id': entry.id }
    exchange.reply({ ...answer, headers })
    log.end(entry, answer)
  }

  /** Null: it was answered by a stream. */
  async function answerTo(exchange: Exchange, entry: RequestEntry): Promise<PlainAnswer | null> {
    const { path, fullPath, search } = exchange.target()
    if (path !== endpoint && fullPath !== endpoint) {
      const leadsToPage = playground !== undefined && fullPath === '/' && asksForPage(exchange)
      return leadsToPage ? redirectTo(endpoint) : answerPlain(exchange.method, path)
    }
    const own = playground?.(exchange) ?? cors?.(exchange)
    if (own) return own
    const { mediaType } = chooseForm(exchange.find('accept'))
    const body = await readOperation(exchange, search)
    entry.parameters = body.parameters
    if (mediaType !== null && !SUBSCRIPTION.test(body.parameters.query)) {
      const { view: request } = exchange
      const context = exchange.source(body.tokens)
      return graphql.run({ parameters: body.parameters, request, context, mediaType })
    }
    for (const [name, value] of Object.entries(options.headers)) exchange.set(name, value)
    exchange.set('x-request-id', entry.id)
    const { status, asked } = await exchange.stream(graphql.yoga, body)
    const error = graphql.errorOf(asked)
    log.end(entry, { status: error?.status ?? status, error, isStream: true })
    return null
  }

  async function readOperation(exchange: Exchange, search: string): Promise<GraphQLBody> {
    const { method } = exchange
    if (method === 'GET') return { parameters: parseQueryString(new URLSearchParams(search)) }
    if (method !== 'POST') {
      throw new HttpRefusal(405, 'Use POST, or GET for a query.', { allow: 'GET, POST' })
    }
    requireJson(exchange)
    return parseParameters(await exchange.readBody(options.maxBodyBytes), options.bodyTokens)
  }

  function answerPlain(method: string | undefined, path: string): PlainAnswer {
    const answer = options.plain(path)
    if (answer === null) throw nothingHere(endpoint)
    if (method !== 'GET' && method !== 'HEAD') {
      throw new HttpRefusal(405, 'Use GET.', { allow: 'GET, HEAD' })
    }
    return answer
  }
}

/** Not permanent: a browser would keep it after the playground is turned off. */
function redirectTo(location: string): PlainAnswer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' }
}

/** Nothing else is answered by a stream, and none is without the word. */
const SUBSCRIPTION = /\bsubscription\b/
