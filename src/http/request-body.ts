import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { countBatch } from './count-batch.js'
import { HttpRefusal } from './http-refusal.js'
import type { RequestHead } from './request-view.js'

/** What a GraphQL request over POST consists of (GraphQL over HTTP §5.4). */
export interface GraphQLParameters {
  query: string
  variables?: Record<string, unknown> | null
  operationName?: string | null
  extensions?: Record<string, unknown> | null
}

const MEDIA_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/**
 * Refuses what a browser sends to another site without asking first (a form, plain text): only `application/json`
 * needs a preflight, and so cannot be forged across sites.
 */
export function requireJson(request: RequestHead): void {
  if (!MEDIA_TYPE.test(request.find('content-type') ?? '')) {
    throw new HttpRefusal(415, 'POST takes application/json, in UTF-8.')
  }
  if ((request.find('content-encoding') ?? 'identity') !== 'identity') {
    throw new HttpRefusal(415, 'The body may not be compressed.')
  }
}

/** The body of a request: bytes, or what a host's parser made of them before we were asked. */
export type Body = Buffer | { readonly parsed: unknown }

/** Reads a body of at most `limit` bytes. Throws an `HttpRefusal`: 413 as soon as there are more, 400 where it ends early. */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
  // No event will tell of a stream that is at its end already.
  if (request.readableEnded) return takeParsed(request)
  if (request.destroyed) return Promise.reject(unreadable())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.removeAllListeners('data')
        reject(tooLarge(limit))
      } else {
        chunks.push(chunk)
      }
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    // A client that went away is an error too.
    request.on('error', () => reject(unreadable()))
  })
}

async function takeParsed(request: IncomingMessage & { body?: unknown }): Promise<Body> {
  const { body } = request
  if (Buffer.isBuffer(body)) return body
  if (typeof body === 'string') return Buffer.from(body)
  if (typeof body === 'object' && body !== null) return { parsed: body }
  throw new HttpRefusal(400, 'The body was read before it came here, and is not in `request.body`.')
}

/** The same of a Fetch body. */
export async function readFetchBody(request: Request, limit: number): Promise<Body> {
  if (request.bodyUsed) throw new HttpRefusal(400, 'The body was read before it came here.')
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > limit) throw tooLarge(limit)
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof HttpRefusal ? error : unreadable()
  }
  return Buffer.concat(chunks)
}

/** A request that was read. */
export interface GraphQLBody {
  readonly parameters: GraphQLParameters
  /** The members of the body that may hold a token. */
  readonly tokens?: Readonly<Record<string, unknown>>
}

/**
 * Parses and checks what was read; its text is never shown again, since it may hold a password. `tokenNames` are the
 * members beside GraphQL's that are kept.
 */
export function parseParameters(body: Body, tokenNames: readonly string[] = []): GraphQLBody {
  const parsed = Buffer.isBuffer(body) ? parseBytes(body) : body.parsed
  if (Array.isArray(parsed)) {
    const attempts = countBatch(parsed)
    throw new HttpRefusal(400, 'One operation a request: batches are not taken.', { attempts })
  }
  if (!isObject(parsed)) throw new HttpRefusal(400, 'The body must be a JSON object.')
  const { query, variables, operationName, extensions } = parsed
  if (typeof query !== 'string') throw new HttpRefusal(400, '`query` must be a string.')
  if (!isOptional(isObject, variables)) throw new HttpRefusal(400, '`variables` must be an object.')
  if (!isOptional(isObject, extensions)) throw new HttpRefusal(400, '`extensions` must be an object.')
  if (!isOptional(isString, operationName)) throw new HttpRefusal(400, '`operationName` must be a string.')
  // What else clients send along is none of our business, and Yoga would refuse it.
  const parameters = { query, variables, operationName, extensions }
  if (tokenNames.length === 0) return { parameters }
  const names = tokenNames.filter((name) => Object.hasOwn(parsed, name))
  return { parameters, tokens: Object.fromEntries(names.map((name) => [name, parsed[name]])) }
}

/** For a request that is made anew. Throws an `HttpRefusal` with 400 for more levels than can be written. */
export function writeParameters(parameters: GraphQLParameters): string {
  try {
    return JSON.stringify(parameters)
  } catch (error) {
    if (error instanceof RangeError) throw new HttpRefusal(400, 'The body is nested too deep.')
    throw error
  }
}

/** The parameters in the query string of a GET (GraphQL over HTTP §5.3). Throws an `HttpRefusal` with 400. */
export function parseQueryString(search: URLSearchParams): GraphQLParameters {
  const query = search.get('query')
  if (query === null) throw new HttpRefusal(400, '`query` is missing.')
  const [variables, extensions] = ['variables', 'extensions'].map((name) => {
    const text = search.get(name)
    if (!text) return undefined
    const value = parseJson(`\`${name}\``, text)
    if (!isOptional(isObject, value)) throw new HttpRefusal(400, `\`${name}\` must be a JSON object.`)
    return value
  })
  // Empty, as GraphiQL writes it, is none.
  return { query, variables, operationName: search.get('operationName') || undefined, extensions }
}

function parseBytes(body: Buffer): unknown {
  if (!isUtf8(body)) throw new HttpRefusal(400, 'The body is not UTF-8.')
  return parseJson('The body', body.toString())
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words quote the text.
    throw new HttpRefusal(400, `${what} is not JSON.`)
  }
}

function tooLarge(limit: number): HttpRefusal {
  return new HttpRefusal(413, `The body may have at most ${limit} bytes.`)
}

function unreadable(): HttpRefusal {
  return new HttpRefusal(400, 'The body could not be read.')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isOptional<T>(is: (value: unknown) => value is T, value: unknown): value is T | null | undefined {
  return value === undefined || value === null || is(value)
}
