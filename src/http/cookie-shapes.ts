import type { SetCookie } from 'cookie'
import type { CookieConfig } from '../base/location-options.js'
import { type RequestSource, readCookies, readHeader } from '../context/index.js'
import { hostOf } from './origin.js'

/**
 * How far to look for cookies of other settings. `settings`: in the domains that the options name. `visible`: also in each
 * path that reaches the endpoint, and under each prefix.
 */
export type Reach = 'settings' | 'visible'

/**
 * The cookies of the request that a browser may keep for another path, domain or prefix than the server now sets, each as it
 * has to be named to be deleted. If one name has two different values, the domains above the host are searched, too.
 */
export type FindFormer = (source: RequestSource, reach: Reach) => SetCookie[]

interface Named {
  readonly name: string
  /** As it is set now. */
  readonly path: string
  readonly httpOnly?: boolean
}

const PREFIX = /^__(?:Host|Secure)-/i

export function createFindFormer(config: CookieConfig, endpoint: string): FindFormer {
  const { access, refresh, secure, sameSite } = config
  const own: readonly Named[] = [access, refresh].flatMap(({ name, path, csrfName, csrfPath }) => [
    { name, path, httpOnly: true },
    { name: csrfName, path: csrfPath },
  ])
  const domain = config.domain === undefined ? undefined : bare(config.domain)
  const configured = [undefined, domain, ...config.formerDomains.map(bare)]
  const reaching = pathsOf(endpoint)

  function shapesOf(cookie: Named, name: string, reach: { paths: string[]; domains: typeof configured }) {
    const isBound = /^__Host-/i.test(name)
    const { paths, domains } = isBound ? { paths: ['/'], domains: [undefined] } : reach
    const isOwn = (at: SetCookie) => name === cookie.name && at.path === cookie.path && at.domain === domain
    return paths
      .flatMap((path) =>
        domains.map((of) => ({ ...cookie, name, value: '', path, domain: of, secure, sameSite })),
      )
      .filter((shape) => !isOwn(shape))
  }

  return (source, reach) => {
    const headers = readHeader(source, 'cookie')
    if (headers.length === 0) return []
    const sent = own.flatMap((cookie) =>
      namesOf(cookie.name, secure).map((name) => ({
        cookie,
        name,
        count: readCookies(headers, name).length,
      })),
    )
    // The other cookies of that domain may have the same value as ours.
    const isTwofold = sent.some(({ count }) => count > 1)
    const domains = isTwofold ? [...configured, ...domainsAbove(source)] : configured
    const found = sent.flatMap(({ cookie, name, count }) => {
      const paths = isTwofold || reach === 'visible' ? [cookie.path, ...reaching] : [cookie.path]
      return count === 0 ? [] : shapesOf(cookie, name, { paths, domains })
    })
    return [...new Map(found.map((shape) => [`${shape.name} ${shape.path} ${shape.domain}`, shape])).values()]
  }
}

/** The name under each prefix; only over https can a prefixed cookie be set, and so deleted. */
function namesOf(name: string, secure: boolean): string[] {
  const plain = name.replace(PREFIX, '')
  return secure ? [...new Set([name, plain, `__Host-${plain}`, `__Secure-${plain}`])] : [name]
}

/** The paths of which a cookie is sent to the endpoint: `/`, `/api`, `/api/graphql`. */
function pathsOf(endpoint: string): string[] {
  const parts = endpoint.split('/').filter((part) => part !== '')
  return ['/', ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)]
}

/** Of a long host only the last labels are used, so that an answer's headers stay small. */
const MAX_LABELS = 6

/** The host itself as a domain, and those above it. An address and a single name have none. */
function domainsAbove(source: RequestSource): string[] {
  const labels = hostOf(source).replace(/:\d+$/, '').toLowerCase().split('.').slice(-MAX_LABELS)
  if (!labels.every((label) => /^[a-z\d-]+$/.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) return []
  return labels.slice(0, -1).map((_label, index) => labels.slice(index).join('.'))
}

/** Browsers leave the leading dot away (RFC 6265 §5.2.3). */
function bare(domain: string): string {
  return domain.replace(/^\./, '').toLowerCase()
}
