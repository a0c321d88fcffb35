import type { Exchange } from './exchange.js'
import type { PlainAnswer } from './http-refusal.js'

/**
 * Tells a page of another origin what it may (https://fetch.spec.whatwg.org/#http-cors-protocol): nothing, unless its
 * origin is listed. Answers a preflight; null: the request is none.
 */
export type Cors = (exchange: Pick<Exchange, 'method' | 'find' | 'set'>) => PlainAnswer | null

const EXPOSED = 'X-Access-Token, WWW-Authenticate, Retry-After, X-Request-Id'
const HEADER_NAMES = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s*,\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/
const PREFLIGHT_SECONDS = 600

/** For exactly these origins, with cookies. None listed: null, and no request is looked at. */
export function createCors(origins: ReadonlySet<string>): Cors | null {
  if (origins.size === 0) return null
  return (exchange) => {
    const origin = exchange.find('origin')
    if (origin === undefined || !origins.has(origin)) return null
    exchange.set('access-control-allow-origin', origin)
    exchange.set('access-control-allow-credentials', 'true')
    exchange.set('access-control-expose-headers', EXPOSED)
    if (exchange.method !== 'OPTIONS') return null
    return {
      status: 200,
      headers: preflightHeaders(exchange.find('access-control-request-headers')),
      body: '',
    }
  }
}

/** Any header: who may send cookies may send those too. */
function preflightHeaders(asked: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  }
  if (asked !== undefined && HEADER_NAMES.test(asked)) headers['access-control-allow-headers'] = asked
  return headers
}
