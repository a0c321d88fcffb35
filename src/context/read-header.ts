/**
 * A request as frameworks pass it to a `context` function: Yoga's initial context, Apollo's `{ req }`, Mercurius's
 * Fastify request, a Node request, a Fetch `Request`, or any object with `headers`.
 */
export interface RequestSource {
  readonly headers?: unknown
  readonly request?: unknown
  readonly req?: unknown
  readonly raw?: unknown
  readonly method?: unknown
  readonly url?: unknown
  /** The body as parsed by the framework. */
  readonly body?: unknown
}

interface NodeMessage extends Readonly<Record<string, unknown>> {
  readonly headers: Readonly<Record<string, unknown>>
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly unknown[]
}

interface HeaderGetter {
  get(name: string): unknown
}

/** Returns each value of a header, in order. `name` is in lower case. Fetch joins repeated headers with commas. */
export function readHeader(source: RequestSource, name: string): readonly string[] {
  const message = findNodeMessage(source)
  if (message !== null) return readFromNode(message, name)
  const headers = source.headers ?? headersOf(source.request) ?? headersOf(source.req)
  if (!isObject(headers)) return []
  if (isGetter(headers)) return textsOf(headers.get(name))
  return Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? textsOf(value) : []))
}

/**
 * Reads `Authorization`. Node keeps the first and drops the others, so the raw list shows whether there were several.
 * The value is that of `headers`, which a middleware may have changed.
 */
function readFromNode({ headers, rawHeaders }: NodeMessage, name: string): readonly string[] {
  const value = textsOf(headers[name])
  if (value.length === 0) return value
  const sent: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const key = rawHeaders[at]
    // The length first, which spares most names the conversion.
    if (typeof key !== 'string' || key.length !== name.length || key.toLowerCase() !== name) continue
    sent.push(String(rawHeaders[at + 1]))
  }
  return sent.length > 1 ? sent : value
}

export function findNodeMessage(source: RequestSource): NodeMessage | null {
  for (const candidate of [source.req, source.raw, source]) {
    if (!isObject(candidate)) continue
    if (isNodeMessage(candidate)) return candidate
    const { raw } = candidate
    if (isObject(raw) && isNodeMessage(raw)) return raw
  }
  return null
}

function isNodeMessage(value: object): value is NodeMessage {
  return (
    'rawHeaders' in value && Array.isArray(value.rawHeaders) && 'headers' in value && isObject(value.headers)
  )
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isGetter(headers: object): headers is HeaderGetter {
  return 'get' in headers && typeof headers.get === 'function'
}

function headersOf(value: unknown): unknown {
  return isObject(value) ? value.headers : undefined
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
