import { type RequestSource, readHeader } from '../context/index.js'

/**
 * Whether the page that opens a WebSocket is of another origin, and not one of those listed. A browser asks nothing else for
 * it, and sends cookies along. Both signs have to fit: `Origin`, and what Fetch Metadata says.
 */
export function isFromForeignOrigin(source: RequestSource, listed: ReadonlySet<string>): boolean {
  return hasForeignOrigin(source, listed) || isFromForeignPage(source, listed)
}

/**
 * Whether a page of another origin has sent the request, and not one of those listed. By Fetch Metadata, which no script can
 * write; without it, as over plain http, by `Origin`. A client that is no browser sends neither.
 */
export function isFromForeignPage(source: RequestSource, listed: ReadonlySet<string>): boolean {
  const [site] = readHeader(source, 'sec-fetch-site')
  if (site === undefined) return hasForeignOrigin(source, listed)
  if (site !== 'cross-site' && site !== 'same-site') return false
  const [origin] = readHeader(source, 'origin')
  return origin === undefined || !listed.has(origin)
}

/** By the host, since behind a proxy the scheme is not known. */
function hasForeignOrigin(source: RequestSource, listed: ReadonlySet<string>): boolean {
  const [origin] = readHeader(source, 'origin')
  return origin !== undefined && !listed.has(origin) && !isOriginOf(origin, hostOf(source))
}

/** A Fetch `Request` has it in its address. Empty where neither says. */
export function hostOf(source: RequestSource): string {
  const [host] = readHeader(source, 'host')
  if (host !== undefined) return host
  const { url } = (source.request ?? source) as { readonly url?: unknown }
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : ''
}

function isOriginOf(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: named, origin: written } = new URL(origin)
  if (written !== origin) return false
  // With the same scheme, so that a port that goes without saying makes no difference.
  const own = `${protocol}//${host}`
  return URL.canParse(own) && new URL(own).host === named
}
