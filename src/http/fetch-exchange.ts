import type { IncomingMessage } from 'node:http'
import { carryAnswerHeaders } from './answer-headers.js'
import type { Exchange, Target } from './exchange.js'
import type { Yoga } from './graphql-server.js'
import type { PlainAnswer } from './http-refusal.js'
import { isPeerGone } from './peer.js'
import { type Body, type GraphQLBody, readFetchBody, writeParameters } from './request-body.js'
import type { RequestView } from './request-view.js'

/** The way in for whoever has a Fetch `Request`; `context` is merged into the GraphQL context. */
export function createFetchHandler(serve: (exchange: Exchange) => Promise<void>) {
  return async (request: Request, context: object = {}): Promise<Response> => {
    const { req } = context as { req?: Partial<IncomingMessage> }
    // For nobody to read; but a host may not send what is no answer.
    if (req?.socket && isPeerGone(req.socket)) return new Response(null, { status: 400 })
    const exchange = new FetchExchange(request, context)
    await serve(exchange)
    return exchange.response
  }
}

class FetchExchange implements Exchange {
  /** A network error until it was replied. */
  response: Response = Response.error()
  readonly #request: Request
  readonly #context: object
  readonly #headers = new Headers()

  constructor(request: Request, context: object) {
    this.#request = request
    this.#context = context
  }

  get method(): string {
    return this.#request.method
  }

  get view(): RequestView {
    return this.#request
  }

  get isAborted(): boolean {
    return this.#request.signal.aborted
  }

  find(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined
  }

  target(): Target {
    const { pathname: path, search } = new URL(this.#request.url)
    return { path, fullPath: path, search }
  }

  readBody(limit: number): Promise<Body> {
    return readFetchBody(this.#request, limit)
  }

  source(tokens?: GraphQLBody['tokens']): object {
    return { ...this.#context, request: this.#request, body: tokens, ...carryAnswerHeaders(this.#headers) }
  }

  set(name: string, value: string): void {
    this.#headers.set(name, value)
  }

  reply({ status, headers, body }: PlainAnswer): void {
    for (const [name, value] of Object.entries(headers)) this.#headers.set(name, value)
    this.response = new Response(status === 304 ? null : body, { status, headers: this.#headers })
  }

  async stream(yoga: Yoga, { parameters, tokens }: GraphQLBody): Promise<{ status: number; asked: object }> {
    const asked = withParameters(this.#request, parameters)
    const answer = await yoga.fetch(asked, this.source(tokens))
    for (const [name, value] of answer.headers) {
      if (name === 'set-cookie') this.#headers.append(name, value)
      else this.#headers.set(name, value)
    }
    // Not Yoga's own `Response`, which is none for a framework that looks at its class.
    this.response = new Response(toNativeBody(answer.body), { status: answer.status, headers: this.#headers })
    return { status: answer.status, asked }
  }
}

/** The request again, since its body was read. */
function withParameters(request: Request, parameters: GraphQLBody['parameters']): Request {
  const { url, method, headers, signal } = request
  if (method !== 'POST') return request
  return new Request(url, { method, headers, signal, body: writeParameters(parameters) })
}

function toNativeBody(body: AsyncIterable<Uint8Array> | null): BodyInit | null {
  // Node's takes what can be iterated; the DOM's types do not say so.
  return body && (readChunks(body) as unknown as BodyInit)
}

/** A generator, so that a body which nobody reads is not begun: Yoga's streams fail when they are given up before that. */
async function* readChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* body
}
