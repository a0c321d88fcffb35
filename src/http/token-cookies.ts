import { type SetCookie, stringifySetCookie } from 'cookie'
import type { Clock } from '../base/clock.js'
import type { CookieConfig, TokenCookie } from '../base/location-options.js'
import { type RequestSource, readCookies, readHeader } from '../context/index.js'
import type { TokenCookies } from '../graphql/services.js'
import { peekUnverified } from '../tokens/peek.js'
import { findAnswerHeaders } from './answer-headers.js'
import { createFindFormer, type Reach } from './cookie-shapes.js'
import { isFromForeignPage } from './origin.js'
import { createReplacedSessions } from './replaced-sessions.js'

/** What a browser takes of name and value together; it drops a larger cookie without a word. */
const MAX_BYTES = 4_096
/** The longest that browsers keep one. */
const MAX_AGE_SECONDS = 400 * 86_400

type Tokens = Parameters<TokenCookies['prepare']>[0]

type FindCookies = (source: RequestSource) => TokenCookies | null

/** The cookies of an answer. `config` null: there are none. */
export function createTokenCookies(parts: {
  config: CookieConfig | null
  endpoint: string
  corsOrigins: ReadonlySet<string>
  clock: Clock
}): FindCookies {
  const { config, corsOrigins, clock } = parts
  if (config === null) return () => null
  const { domain, secure, sameSite } = config
  const attributes = { domain, secure, sameSite }
  const hasReadable = config.csrfProtect && config.csrfInCookies
  const all: readonly SetCookie[] = distinct(
    [config.access, config.refresh].flatMap((cookie) => cookiesOf(cookie, { token: '', csrf: '' })),
  )
  const cleared = all.map(writeDeletion)
  const names = new Set(all.map(({ name }) => name))
  const findFormer = createFindFormer(config, parts.endpoint)
  const replaced = createReplacedSessions(clock)

  function cookiesOf(
    { name, path, csrfName, csrfPath }: TokenCookie,
    { token, csrf }: { token: string; csrf: string | null },
  ): SetCookie[] {
    const own = { ...attributes, name, path, value: token, httpOnly: true }
    if (!hasReadable || csrf === null) return [own]
    return [own, { ...attributes, name: csrfName, path: csrfPath, value: csrf }]
  }

  /** As long as there is anything to be refreshed: so the client of a dead token hears that it has expired. */
  function maxAgeOf({ access, session }: Tokens): number | undefined {
    if (config?.endWithBrowser) return undefined
    const ends = session === null ? [access.expiresAt] : [access.expiresAt, session.refreshExpiresAt]
    const seconds = ends.map((end) => (end === null ? MAX_AGE_SECONDS : (end.getTime() - clock.now()) / 1000))
    return Math.min(MAX_AGE_SECONDS, Math.ceil(Math.max(...seconds)))
  }

  function serialise(issued: Tokens, { access, refresh }: CookieConfig): string[] {
    const csrf = issued.session?.csrf ?? null
    const maxAge = maxAgeOf(issued)
    const cookies = cookiesOf(access, { token: issued.access.token, csrf })
    if (issued.refresh !== null) cookies.push(...cookiesOf(refresh, { token: issued.refresh.token, csrf }))
    return distinct(cookies).map((cookie) => {
      requireFit(cookie)
      return stringifySetCookie({ ...cookie, maxAge })
    })
  }

  return (source) => {
    const headers = findAnswerHeaders(source)
    if (headers === null) return null
    const append = (lines: readonly string[]) => {
      for (const line of lines) headers.append('set-cookie', line)
    }
    // Before what is set now, so that this stands where both are of one shape.
    const clearFormer = (reach: Reach) => append(findFormer(source, reach).map(writeDeletion))
    const clear = () => {
      replaced.remove(sessionsIn(source, config))
      clearFormer('visible')
      append(cleared)
    }
    return {
      isForeign: isFromForeignPage(source, corsOrigins),
      prepare(issued, how) {
        const lines = serialise(issued, config)
        return () => {
          const sessions = sessionsIn(source, config)
          replaced.replace(sessions.filter((id) => id !== issued.session?.id))
          if (how?.isLogin === true) replaced.logIn()
          clearFormer(how?.isLogin === true ? 'visible' : 'settings')
          append(lines)
        }
      },
      clear,
      takeBack() {
        const sent = readHeader(source, 'cookie')
        const hasAny = [...names].some((name) => readCookies(sent, name).length > 0)
        if (hasAny && !replaced.hasAll(sessionsIn(source, config))) clear()
      },
    }
  }
}

/** The sessions that the cookies of a request name; unverified. */
function sessionsIn(source: RequestSource, { access, refresh }: CookieConfig): string[] {
  const sent = readHeader(source, 'cookie')
  if (sent.length === 0) return []
  const tokens = [access, refresh].flatMap(({ name }) => readCookies(sent, name))
  const ids = tokens.map((raw) => peekUnverified(raw)?.unverifiedClaims.sid)
  return [...new Set(ids)].filter((id) => typeof id === 'string')
}

function writeDeletion(cookie: SetCookie): string {
  return stringifySetCookie({ ...cookie, maxAge: 0, expires: new Date(0) })
}

/** One of each name and path: the readable ones may be one. */
function distinct(cookies: readonly SetCookie[]): SetCookie[] {
  return [...new Map(cookies.map((cookie) => [`${cookie.name} ${cookie.path}`, cookie])).values()]
}

function requireFit({ name, value = '' }: SetCookie): void {
  const bytes = name.length + value.length
  if (bytes <= MAX_BYTES) return
  throw new Error(`the cookie ${name} has ${bytes} bytes, and browsers take ${MAX_BYTES}: too many claims`)
}
