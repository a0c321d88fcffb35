import { OptionError } from './errors.js'
import type {
  CookieConfig,
  CookieOptions,
  LocationConfig,
  LocationOptions,
  TokenCookie,
  TokenPlaces,
} from './location-options.js'
import type { ServerOptions } from './options.js'
import { read, require } from './resolve-options.js'

type Options = LocationOptions & CookieOptions & Pick<ServerOptions, 'production' | 'endpoint'>

/** The members that every GraphQL request has. */
const BODY_MEMBERS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions'])

export function resolveLocations(options: Options): LocationConfig {
  const order = require(options, 'locations')
  if (order.length === 0) throw new OptionError('locations', 'is empty: a token would never be found')
  if (new Set(order).size < order.length) throw new OptionError('locations', 'has one of them twice')
  const csrfMethods = require(options, 'csrfMethods').map((method) => method.toUpperCase())
  const protects = require(options, 'cookieCsrfProtect')
  if (protects && !csrfMethods.includes('POST')) {
    throw new OptionError('csrfMethods', 'lacks POST, by which every mutation comes')
  }
  const access = placesOf(options, 'access')
  const refresh = placesOf(options, 'refresh')
  return Object.freeze({
    order,
    headerName: require(options, 'headerName').toLowerCase(),
    headerType: require(options, 'headerType'),
    queryStringName: require(options, 'queryStringName'),
    queryStringValuePrefix: require(options, 'queryStringValuePrefix'),
    csrfMethods: new Set(protects ? csrfMethods : []),
    bodyTokens: order.includes('json') ? [access.jsonKey, refresh.jsonKey] : [],
    access,
    refresh,
  })
}

function placesOf(options: Options, type: 'access' | 'refresh'): TokenPlaces {
  const jsonOption = type === 'access' ? 'jsonKey' : 'refreshJsonKey'
  const jsonKey = require(options, jsonOption)
  if (BODY_MEMBERS.has(jsonKey)) {
    throw new OptionError(jsonOption, `is ${jsonKey}, which is a member of every request`)
  }
  const csrfHeader = require(options, `${type}CsrfHeaderName`).toLowerCase()
  const csrfCookieName = require(options, `${type}CsrfCookieName`)
  return { jsonKey, cookieName: nameOf(options, type), csrfHeader, csrfCookieName }
}

/**
 * Null when no cookie is accepted, and so none is set. Refuses, by name, cookies that browsers would drop or others
 * could forge.
 */
export function resolveCookies(options: Options): CookieConfig | null {
  if (!require(options, 'locations').includes('cookies')) return null
  const config: CookieConfig = Object.freeze({
    domain: read(options, 'cookieDomain'),
    formerDomains: require(options, 'formerCookieDomains'),
    secure: isSecure(options),
    sameSite: lower(require(options, 'cookieSameSite')),
    endWithBrowser: require(options, 'sessionCookie'),
    csrfProtect: require(options, 'cookieCsrfProtect'),
    csrfInCookies: require(options, 'csrfInCookies'),
    access: {
      name: nameOf(options, 'access'),
      path: require(options, 'accessCookiePath'),
      csrfName: require(options, 'accessCsrfCookieName'),
      csrfPath: require(options, 'accessCsrfCookiePath'),
    },
    refresh: {
      name: nameOf(options, 'refresh'),
      path: refreshPathOf(options),
      csrfName: require(options, 'refreshCsrfCookieName'),
      csrfPath: require(options, 'refreshCsrfCookiePath'),
    },
  })
  refuseInsecure(config, require(options, 'production'))
  refuseBadPrefixes(config)
  refuseSameNames(config)
  return config
}

function isSecure(options: Options): boolean {
  return read(options, 'cookieSecure') ?? require(options, 'production')
}

/** In production, a default name gets the strongest prefix that the other options allow. */
function nameOf(options: Options, type: 'access' | 'refresh'): string {
  const chosen = read(options, `${type}CookieName`)
  if (chosen !== undefined) return chosen
  const name = `${type}_token_cookie`
  if (!require(options, 'production')) return name
  const path = read(options, `${type}CookiePath`) ?? '/'
  const isOfHost = read(options, 'cookieDomain') === undefined && path === '/'
  return isOfHost ? `__Host-${name}` : `__Secure-${name}`
}

function refreshPathOf(options: Options): string {
  const chosen = read(options, 'refreshCookiePath')
  if (chosen !== undefined) return chosen
  if (hasPrefix(nameOf(options, 'refresh'), '__Host-')) return '/'
  // Checked like a given path: an endpoint may have characters that a cookie's path can't have.
  return require({ refreshCookiePath: require(options, 'endpoint') }, 'refreshCookiePath')
}

function refuseInsecure({ secure, sameSite }: CookieConfig, production: boolean): void {
  if (secure) return
  if (production) throw new OptionError('cookieSecure', 'is false: in production cookies go over https only')
  if (sameSite === 'none') {
    throw new OptionError('cookieSecure', 'is needed with cookieSameSite None: browsers drop such cookies')
  }
}

/** RFC 6265bis §4.1.3. */
function refuseBadPrefixes(config: CookieConfig): void {
  for (const [option, name, path] of namesOf(config)) {
    const isOfHost = hasPrefix(name, '__Host-')
    if ((isOfHost || hasPrefix(name, '__Secure-')) && !config.secure) {
      throw new OptionError('cookieSecure', `is needed for ${name} (${option}), by its prefix`)
    }
    if (!isOfHost) continue
    if (config.domain !== undefined) {
      throw new OptionError('cookieDomain', `may not be given with ${name} (${option}), by its prefix`)
    }
    if (path !== '/') {
      throw new OptionError(option.replace('Name', 'Path'), `must be / for ${name}, by its prefix`)
    }
  }
}

/** Two cookies of one name would be mistaken for each other. The two readable ones hold the same value. */
function refuseSameNames(config: CookieConfig): void {
  const { access, refresh } = config
  for (const [option, name] of namesOf(config)) {
    const others = [access.name, refresh.name].filter((other) => other === name)
    const own = option === 'accessCookieName' || option === 'refreshCookieName' ? 1 : 0
    if (others.length > own) throw new OptionError(option, `is ${name}, as another cookie's is`)
  }
}

function namesOf({ access, refresh }: CookieConfig): [option: string, name: string, path: string][] {
  const of = (type: string, { name, path, csrfName, csrfPath }: TokenCookie) =>
    [
      [`${type}CookieName`, name, path],
      [`${type}CsrfCookieName`, csrfName, csrfPath],
    ] as [string, string, string][]
  return [...of('access', access), ...of('refresh', refresh)]
}

/** Compared in any case, as browsers do. */
function hasPrefix(name: string, prefix: string): boolean {
  return name.toLowerCase().startsWith(prefix.toLowerCase())
}

function lower<T extends string>(text: T): Lowercase<T> {
  return text.toLowerCase() as Lowercase<T>
}
