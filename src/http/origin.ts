import { type RequestSource, readHeader } from '../context/index.js'

/**
 * Whether the page that opens a WebSocket is of another origin, and none of those listed: nothing else asks whether it may,
 * and cookies go along. By the host, since behind a proxy the scheme is not known; a browser that tells more is heard too.
 * What is no browser sends no `Origin`.
 */
export function isFromForeignOrigin(source: RequestSource, listed: ReadonlySet<string>): boolean {
  const [origin] = readHeader(source, 'origin')
  if (origin === undefined || listed.has(origin)) return false
  const [host] = readHeader(source, 'host')
  return !isOriginOf(origin, host ?? '') || isFromForeignPage(source, listed)
}

function isOriginOf(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: named, origin: written } = new URL(origin)
  if (written !== origin) return false
  // With the same scheme, so that a port that goes without saying makes no difference.
  const own = `${protocol}//${host}`
  return URL.canParse(own) && new URL(own).host === named
}

/**
 * Whether a browser says that a page of another origin has sent the request (Fetch Metadata), and it is none of those
 * listed. No script can write the header, and what is no browser does not send it.
 */
export function isFromForeignPage(source: RequestSource, listed: ReadonlySet<string>): boolean {
  const [site] = readHeader(source, 'sec-fetch-site')
  if (site !== 'cross-site' && site !== 'same-site') return false
  const [origin] = readHeader(source, 'origin')
  return origin === undefined || !listed.has(origin)
}
