import { readAnswer, type TestServer } from '../../support/server.js'
import { claimsOf } from '../../support/slide.js'
import { ME, type OptionRows, over, post, type See } from './row.js'

/** A request of a new user with their token in the place that the function says. */
const placed =
  (place: (token: string, csrf: string) => Parameters<typeof post>[2]): See =>
  async (server) => {
    const { accessToken } = await server.signUp()
    return post(server, ME, place(accessToken, String(claimsOf(server, accessToken).csrf)))
  }

const inHeader = (name: string, write = (token: string) => `Bearer ${token}`) =>
  placed((token) => ({ headers: { [name]: write(token) } }))

/** A query over GET, whose cookie has the token. */
const byGet = (cookie: string) => async (server: TestServer) => {
  const { accessToken } = await server.signUp()
  const response = await fetch(`${server.url}?${new URLSearchParams({ query: ME })}`, {
    headers: { cookie: `${cookie}=${accessToken}` },
  })
  return (await readAnswer(response)).code ?? 'ok'
}

const NONE = 'UNAUTHENTICATED'
const QUERY = { locations: 'query_string' } as const
const BODY = { locations: ['headers', 'json'] } as const

export const PLACES: OptionRows = {
  locations: { value: ['cookies'], observe: over(inHeader('authorization')), usual: 'ok', flipped: NONE },
  headerName: { value: 'X-Auth', observe: over(inHeader('x-auth')), usual: NONE, flipped: 'ok' },
  headerType: {
    value: 'JWT',
    observe: over(inHeader('authorization', (token) => `JWT ${token}`)),
    usual: NONE,
    flipped: 'ok',
  },
  queryStringName: {
    value: 'token',
    observe: over(
      placed((token) => ({ search: `?token=${token}` })),
      QUERY,
    ),
    usual: NONE,
    flipped: 'ok',
  },
  queryStringValuePrefix: {
    value: 'Bearer ',
    observe: over(
      placed((token) => ({ search: `?jwt=Bearer%20${token}` })),
      QUERY,
    ),
    usual: 'INVALID_REQUEST',
    flipped: 'ok',
  },
  jsonKey: {
    value: 'at',
    observe: over(
      placed((at) => ({ members: { at } })),
      BODY,
    ),
    usual: NONE,
    flipped: 'ok',
  },
  accessCookieName: { value: 'at', observe: over(byGet('at')), usual: NONE, flipped: 'ok' },
  cookieCsrfProtect: {
    value: false,
    observe: over(placed((token) => ({ headers: { cookie: `access_token_cookie=${token}` } }))),
    usual: 'CSRF_FAILED',
    flipped: 'ok',
  },
  csrfMethods: {
    value: ['POST', 'GET'],
    observe: over(byGet('access_token_cookie')),
    usual: 'ok',
    flipped: 'CSRF_FAILED',
  },
  accessCsrfHeaderName: {
    value: 'X-A',
    observe: over(
      placed((token, csrf) => ({ headers: { cookie: `access_token_cookie=${token}`, 'x-a': csrf } })),
    ),
    usual: 'CSRF_FAILED',
    flipped: 'ok',
  },
  refreshJsonKey: {
    value: 'rt',
    observe: over(async (server) => {
      const { refreshToken: rt } = await server.signUp()
      return post(server, 'mutation { refresh { tokenType } }', { members: { rt } })
    }, BODY),
    usual: NONE,
    flipped: 'ok',
  },
}
