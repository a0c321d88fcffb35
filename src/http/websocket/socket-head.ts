import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { LocationConfig } from '../../base/location-options.js'
import { addressOf, type RequestView } from '../request-view.js'

/** What each operation of a socket has for its request: that of the upgrade, as a POST, with what came to be sent with it. */
export interface SocketHead {
  readonly method: 'POST'
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  /** As it was at the upgrade: of a socket that is gone nothing tells any more whose it was. */
  readonly socket: { readonly remoteAddress: string | undefined }
  /** The whole address, for who looks at the request. */
  readonly address: string
}

/** What a peer says that the protocol has no place for. The message is for the peer. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage'
}

export function headOfUpgrade(request: IncomingMessage): SocketHead {
  const { url = '/', headers, rawHeaders, socket } = request
  const { remoteAddress } = socket
  return { method: 'POST', url, headers, rawHeaders, socket: { remoteAddress }, address: addressOf(request) }
}

/** The headers that `connectionParams` may have the values of, since a browser sets none on a WebSocket. In lower case. */
export function paramNamesOf({ headerName, access, refresh }: LocationConfig): ReadonlySet<string> {
  return new Set([headerName, access.csrfHeader, refresh.csrfHeader].map((name) => name.toLowerCase()))
}

/** Of a header's value (RFC 9110 §5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * The head with what `connectionParams` has of these headers; names in any case. What is there twice, and differs, stands in
 * a list, as of any repeated header: of two tokens none is chosen. Throws `BadMessage` for what no header can have.
 */
export function withParams(head: SocketHead, params: object, names: ReadonlySet<string>): SocketHead {
  let changed = head
  for (const [key, value] of Object.entries(params)) {
    const name = key.toLowerCase()
    if (!names.has(name) || value === null || value === undefined) continue
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new BadMessage(`connectionParams: ${name} must be the text of a header`)
    }
    changed = withHeader(changed, name, value)
  }
  return changed
}

function withHeader(head: SocketHead, name: string, value: string): SocketHead {
  const pairs = pairsOf(head)
  const sent = pairs.filter(([key]) => key.toLowerCase() === name).map(([, one]) => one)
  if (sent.includes(value)) return head
  const all = [...sent, value].join(', ')
  const others = pairs.filter(([key]) => key.toLowerCase() !== name)
  const headers = { ...head.headers, [name]: all }
  return { ...head, headers, rawHeaders: [...others.flat(), name, all] }
}

function pairsOf({ rawHeaders }: SocketHead): [string, string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  }
  return pairs
}

/** The head as a Fetch request; `signal` aborts when nobody waits for the operation any more. */
export class SocketRequestView implements RequestView {
  readonly method = 'POST'
  readonly signal: AbortSignal
  readonly #head: SocketHead
  #headers: Headers | undefined

  constructor(head: SocketHead, signal: AbortSignal) {
    this.#head = head
    this.signal = signal
  }

  get url(): string {
    return this.#head.address
  }

  get headers(): Headers {
    // The upgrade's own is of the upgrade: what is answered here is a message, in whatever form.
    this.#headers ??= new Headers(pairsOf(this.#head).filter(([name]) => name.toLowerCase() !== 'accept'))
    return this.#headers
  }
}
