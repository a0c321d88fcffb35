import { parseSetCookie, type SetCookie, stringifyCookie } from 'cookie'
import { type Ask, type GraphQLAnswer, newName, PASSWORD, readAnswer, type TestServer } from './server.js'

/** What a page of a browser does with cookies, as far as one site needs it. */
export interface Page {
  /** By name; what a browser would have now. */
  readonly cookies: ReadonlyMap<string, SetCookie>
  /** Asks with the cookies, and with the `csrf` value that a script reads among them. */
  ask(query: string, how?: Ask & { csrf?: string | null }): Promise<GraphQLAnswer>
  /** A query over GET, as an address of the page. */
  get(query: string, headers?: Record<string, string>): Promise<GraphQLAnswer>
  /** Signs up, by cookie; under a new name. */
  signUp(): Promise<GraphQLAnswer>
  /** A second tab: the same cookies from now on. */
  copy(): Page
  /** Puts a cookie there, as another host of the domain could. */
  plant(name: string, value: string): void
  value(name: string): string
}

export const AUTH_PAYLOAD =
  'accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt csrfToken user { id } session { id }'

export const SIGN_UP_BY_COOKIE = `mutation ($name: String!, $password: String!) {
  signup(input: { username: $name, password: $password, delivery: COOKIE }) { ${AUTH_PAYLOAD} }
}`

export const LOG_IN_BY_COOKIE = SIGN_UP_BY_COOKIE.replace('signup', 'login')

export const REFRESH = `mutation { refresh { ${AUTH_PAYLOAD} } }`

export function openPage(server: TestServer, csrfName = 'csrf_access_token'): Page {
  return createPage(server, new Map(), csrfName)
}

function createPage(server: TestServer, cookies: Map<string, SetCookie>, csrfName: string): Page {
  const cookieHeader = () =>
    stringifyCookie(Object.fromEntries([...cookies].map(([name, { value }]) => [name, value])), {
      encode: (value) => value,
    })
  const keep = (answer: GraphQLAnswer) => {
    for (const cookie of answer.headers.getSetCookie().map((line) => parseSetCookie(line))) {
      if (cookie.maxAge !== undefined && cookie.maxAge <= 0) cookies.delete(cookie.name)
      else cookies.set(cookie.name, cookie)
    }
    return answer
  }

  const page: Page = {
    cookies,
    async ask(query, { csrf = cookies.get(csrfName)?.value, headers, ...how } = {}) {
      const own = { cookie: cookieHeader(), ...(csrf == null ? {} : { 'x-csrf-token': csrf }) }
      return keep(await server.ask(query, { ...how, headers: { ...own, ...headers } }))
    },
    async get(query, headers = {}) {
      const response = await fetch(`${server.url}?${new URLSearchParams({ query })}`, {
        headers: { cookie: cookieHeader(), ...headers },
      })
      return keep(await readAnswer(response))
    },
    signUp: () => page.ask(SIGN_UP_BY_COOKIE, { variables: { name: newName(), password: PASSWORD } }),
    copy: () => createPage(server, new Map(cookies), csrfName),
    plant: (name, value) => void cookies.set(name, { name, value }),
    value: (name) => cookies.get(name)?.value ?? '',
  }
  return page
}

/** The cookies that an answer sets, by name. */
export function setCookies({ headers }: GraphQLAnswer): Record<string, SetCookie> {
  return Object.fromEntries(
    headers
      .getSetCookie()
      .map((line) => parseSetCookie(line))
      .map((cookie) => [cookie.name, cookie]),
  )
}
