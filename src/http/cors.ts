import type { PlainAnswer } from './http-refusal.js'

/** What CORS looks at of a request. */
export interface CorsRequest {
  readonly method: string | undefined
  /** The value of a header; a name in lower case. */
  find(name: 'origin' | 'access-control-request-headers'): unknown
}

/**
 * Tells a page of another origin what it may (https://fetch.spec.whatwg.org/#http-cors-protocol): nothing, unless its
 * origin is listed. Answers a preflight; null: the request is none.
 */
export type Cors = (request: CorsRequest, set: (name: string, value: string) => void) => PlainAnswer | null

const EXPOSED = 'X-Access-Token, WWW-Authenticate, Retry-After, X-Request-Id'
const HEADER_NAMES = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s*,\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/
const PREFLIGHT_SECONDS = 600

/** For exactly these origins, with cookies. None listed: null, and no request is looked at. */
export function createCors(origins: ReadonlySet<string>): Cors | null {
  if (origins.size === 0) return null
  return (request, set) => {
    const origin = request.find('origin')
    if (typeof origin !== 'string' || !origins.has(origin)) return null
    set('access-control-allow-origin', origin)
    set('access-control-allow-credentials', 'true')
    set('access-control-expose-headers', EXPOSED)
    if (request.method !== 'OPTIONS') return null
    return {
      status: 200,
      headers: preflightHeaders(request.find('access-control-request-headers')),
      body: '',
    }
  }
}

/** Any header: who may send cookies may send those too. */
function preflightHeaders(asked: unknown): Record<string, string> {
  const headers: Record<string, string> = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  }
  if (typeof asked === 'string' && HEADER_NAMES.test(asked)) headers['access-control-allow-headers'] = asked
  return headers
}
