import type { SetCookie } from 'cookie'
import { openPage, REFRESH, setCookies } from '../../support/page.js'
import { type OptionRows, over, type See } from './row.js'

const DAY = 86_400

/** What is seen of a cookie that a sign-up sets. */
const ofCookie = (name: string, read: (cookie: SetCookie | undefined) => unknown) =>
  over(async (server) => read(setCookies(await openPage(server).signUp())[name]))

const path = (name: string) => ofCookie(name, (cookie) => cookie?.path)
const isThere = (name: string) => ofCookie(name, (cookie) => cookie !== undefined)

const refreshWithHeader =
  (name: string): See =>
  async (server) => {
    const page = openPage(server)
    const { csrfToken } = (await page.signUp()).data.signup
    return (await page.ask(REFRESH, { csrf: null, headers: { [name]: csrfToken } })).code ?? 'ok'
  }

export const COOKIES: OptionRows = {
  refreshCookieName: { value: 'rt', observe: isThere('rt'), usual: false, flipped: true },
  accessCookiePath: {
    value: '/graphql',
    observe: path('access_token_cookie'),
    usual: '/',
    flipped: '/graphql',
  },
  refreshCookiePath: { value: '/', observe: path('refresh_token_cookie'), usual: '/graphql', flipped: '/' },
  cookieDomain: {
    value: 'example.com',
    observe: ofCookie('access_token_cookie', (cookie) => cookie?.domain),
    usual: undefined,
    flipped: 'example.com',
  },
  formerCookieDomains: {
    value: 'old.example.com',
    observe: over(async (server) => {
      const page = openPage(server)
      await page.signUp()
      const answer = await page.ask('mutation { logout { ended } }')
      return answer.headers.getSetCookie().some((line) => line.includes('Domain=old.example.com'))
    }),
    usual: false,
    flipped: true,
  },
  cookieSecure: {
    value: true,
    observe: ofCookie('access_token_cookie', (cookie) => cookie?.secure === true),
    usual: false,
    flipped: true,
  },
  cookieSameSite: {
    value: 'Strict',
    observe: ofCookie('access_token_cookie', (cookie) => cookie?.sameSite),
    usual: 'lax',
    flipped: 'strict',
  },
  sessionCookie: {
    value: false,
    observe: ofCookie('refresh_token_cookie', (cookie) => cookie?.maxAge),
    usual: undefined,
    flipped: 30 * DAY,
  },
  csrfInCookies: { value: false, observe: isThere('csrf_access_token'), usual: true, flipped: false },
  refreshCsrfHeaderName: {
    value: 'X-R',
    observe: over(refreshWithHeader('x-r')),
    usual: 'CSRF_FAILED',
    flipped: 'ok',
  },
  accessCsrfCookieName: { value: 'ac', observe: isThere('ac'), usual: false, flipped: true },
  refreshCsrfCookieName: { value: 'rc', observe: isThere('rc'), usual: false, flipped: true },
  accessCsrfCookiePath: { value: '/app', observe: path('csrf_access_token'), usual: '/', flipped: '/app' },
  refreshCsrfCookiePath: { value: '/app', observe: path('csrf_refresh_token'), usual: '/', flipped: '/app' },
}
