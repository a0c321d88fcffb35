import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { finished } from 'node:stream'
import type { Exchange, Target } from './exchange.js'
import type { Yoga } from './graphql-server.js'
import { HttpRefusal, type PlainAnswer } from './http-refusal.js'
import { isPeerGone } from './peer.js'
import { type Body, type GraphQLBody, readBody } from './request-body.js'
import { NodeRequestView, type RequestView } from './request-view.js'

/** The way in from `node:http`. */
export function createNodeListener(serve: (exchange: Exchange) => Promise<void>): RequestListener {
  const requireHost = createHostCheck()
  return (request, response) => {
    if (isPeerGone(request.socket)) request.socket.destroy()
    else void serve(new NodeExchange(request, response, requireHost))
  }
}

/** How long what a client still sends is read for nothing. */
const LINGER_MS = 1_000

type CheckHost = (host: string | undefined) => void

class NodeExchange implements Exchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #requireHost: CheckHost

  constructor(request: IncomingMessage, response: ServerResponse, requireHost: CheckHost) {
    this.#request = request
    this.#response = response
    this.#requireHost = requireHost
  }

  get method(): string | undefined {
    return this.#request.method
  }

  get view(): RequestView {
    return new NodeRequestView(this.#request, this.#response)
  }

  get isAborted(): boolean {
    return this.#response.destroyed
  }

  find(name: string): string | undefined {
    // Only `set-cookie` is a list, and no request's to send.
    return this.#request.headers[name] as string | undefined
  }

  target(): Target {
    return targetOf(this.#request, this.#requireHost)
  }

  readBody(limit: number): Promise<Body> {
    return readBody(this.#request, limit)
  }

  source(tokens?: GraphQLBody['tokens']): object {
    return { req: this.#request, res: this.#response, body: tokens }
  }

  set(name: string, value: string): void {
    this.#response.setHeader(name, value)
  }

  reply({ status, headers, body }: PlainAnswer): void {
    if (this.#response.headersSent) {
      this.#response.destroy()
      return
    }
    const length = status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }
    this.#response.writeHead(status, { ...headers, ...length })
    if (headers.connection === 'close') this.#endAfterRequest(body)
    else this.#response.end(body)
  }

  /** To close while the client still sends would reset the connection, and it might never read its answer. */
  #endAfterRequest(body: PlainAnswer['body']): void {
    const request = this.#request
    const response = this.#response
    response.write(body)
    const end = () => {
      clearTimeout(timer)
      response.end()
    }
    const timer = setTimeout(end, LINGER_MS)
    finished(request, end)
    request.resume()
  }

  async stream(yoga: Yoga, { parameters, tokens }: GraphQLBody): Promise<{ status: number; asked: object }> {
    // Yoga takes an object as the body that was parsed already; bytes it would enumerate one by one.
    const asked = Object.assign(this.#request, { body: parameters })
    await yoga(asked, this.#response, { body: tokens })
    return { status: this.#response.statusCode, asked }
  }
}

/** What a Node request is for. Throws an `HttpRefusal` (400) where it does not say, or its `Host` is none. */
export function targetOf(request: IncomingMessage, requireHost: CheckHost): Target {
  const { url = '', headers, originalUrl = url } = request as IncomingMessage & { originalUrl?: string }
  if (!url.startsWith('/')) throw new HttpRefusal(400, 'The request target must be a path.')
  requireOneHost(request)
  requireHost(headers.host)
  const path = pathOf(url)
  const fullPath = originalUrl === url ? path : pathOf(originalUrl)
  return { path, fullPath, search: url.slice(path.length) }
}

/** RFC 9112 §3.2: more than one `Host` is 400. Node keeps the first, where a proxy may route by the last. */
function requireOneHost({ rawHeaders }: IncomingMessage): void {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host' && ++hosts > 1) {
      throw new HttpRefusal(400, 'The request has more than one Host header.')
    }
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** Yoga makes a URL of it, and would answer 500 where that fails. */
export function createHostCheck(): CheckHost {
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
