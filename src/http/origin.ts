import { type RequestSource, readHeader } from '../context/index.js'

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
