import type { IncomingMessage, ServerResponse } from 'node:http'

/** What is known of a request before its body is read. */
export interface RequestHead {
  readonly method: string | undefined
  /** The value of a header, its name in lower case. */
  find(name: string): string | undefined
}

/** What Yoga, and whoever looks at `context.request`, is shown of a request whose body was read. */
export type RequestView = Pick<Request, 'method' | 'url' | 'headers' | 'signal'>

/** A Node request as a Fetch one. Each part is made when somebody asks for it, which on nearly every request nobody does. */
export class NodeRequestView implements RequestView {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #headers: Headers | undefined
  #abort: AbortController | undefined

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  get method(): string {
    return this.#request.method ?? 'GET'
  }

  get url(): string {
    return addressOf(this.#request)
  }

  get headers(): Headers {
    this.#headers ??= new Headers(
      Object.entries(this.#request.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    )
    return this.#headers
  }

  /** Aborted when the client goes away before it has its answer. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController()
      this.#abort = abort
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) abort.abort()
      })
    }
    return this.#abort.signal
  }
}

/** The whole address that a Node request is for. */
export function addressOf({ socket, headers, url }: IncomingMessage): string {
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  return `${scheme}://${headers.host ?? 'localhost'}${url}`
}
