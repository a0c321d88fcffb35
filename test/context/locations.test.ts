import { describe, expect, test } from 'vitest'
import { resolveLocations } from '../../src/base/resolve-locations.js'
import { type AuthContextOptions, createAuthContext } from '../../src/context/index.js'
import { createLocator } from '../../src/context/locate-token.js'
import type { RequestSource } from '../../src/context/read-header.js'
import { forge, hmac } from '../support/forge.js'
import { goodClaims } from '../support/hostile-row.js'
import { createSetClock } from '../support/judge.js'

const NOW = 1_800_000_000
const clock = createSetClock(NOW * 1000)
const secret = 'a-secret-for-the-context-of-32-bytes'
const CSRF = 'the csrf value'

const sign = (changes: object = {}) =>
  forge({ alg: 'HS256' }, { ...goodClaims({ now: NOW }), csrf: CSRF, ...changes }, hmac('sha256', secret))
const raw = sign()

/** Who asks: `ok`, or a code. */
async function judge(source: RequestSource, options: Partial<AuthContextOptions> = {}) {
  const { identity } = await createAuthContext({ secret, clock, ...options })(source)
  return identity.kind === 'active' ? `ok: ${identity.location}` : identity.code
}

const cookie = `access_token_cookie=${raw}`
const proof = { 'x-csrf-token': CSRF }

describe('P17 each instance has its own locations', () => {
  const inHeader = { headers: { authorization: `Bearer ${raw}` } }
  const inCookie = { method: 'GET', headers: { cookie } }
  const inQuery = { headers: {}, url: `/graphql?a=b&jwt=${raw}` }
  const inBody = { headers: {}, body: { query: '{ a }', access_token: raw } }

  test.each<[AuthContextOptions['locations'], string[]]>([
    [undefined, ['ok: header', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED']],
    ['cookies', ['UNAUTHENTICATED', 'ok: cookie', 'UNAUTHENTICATED', 'UNAUTHENTICATED']],
    [
      ['query_string', 'json'],
      ['UNAUTHENTICATED', 'UNAUTHENTICATED', 'ok: query_string', 'ok: json'],
    ],
    [
      ['headers', 'cookies', 'query_string', 'json'],
      ['ok: header', 'ok: cookie', 'ok: query_string', 'ok: json'],
    ],
  ])('%j', async (locations, expected) => {
    const found = [inHeader, inCookie, inQuery, inBody].map((source) => judge(source, { locations }))
    expect(await Promise.all(found)).toEqual(expected)
  })

  test('an option that only the server has is refused', () => {
    for (const name of ['refreshCookieName', 'cookieDomain', 'sessionCookie']) {
      expect(() => createAuthContext({ secret, [name]: 'x' } as object)).toThrow(
        expect.objectContaining({ option: name }),
      )
    }
  })
})

describe('P54 a cookie in any framework', () => {
  const node = (method: string, headers: object) => ({ method, headers, rawHeaders: [] })

  test.each<[string, (method: string, headers: Record<string, string>) => RequestSource]>([
    ['a Fetch request', (method, headers) => new Request('http://x/', { method, headers })],
    ["Yoga's context", (method, headers) => ({ request: new Request('http://x/', { method, headers }) })],
    ["Yoga's context on Node", (method, headers) => ({ req: node(method, headers) })],
    ["Apollo's argument", (method, headers) => ({ req: node(method, headers), res: {} })],
    ["Mercurius's request", (method, headers) => ({ method, headers, raw: node(method, headers) })],
    ['an object', (method, headers) => ({ method, headers })],
  ])('%s: POST needs the proof, GET does not', async (_what, make) => {
    const options = { locations: 'cookies' } as const
    expect(await judge(make('POST', { cookie, ...proof }), options)).toBe('ok: cookie')
    expect(await judge(make('POST', { cookie }), options)).toBe('CSRF_FAILED')
    expect(await judge(make('POST', { cookie, 'x-csrf-token': 'other' }), options)).toBe('CSRF_FAILED')
    expect(await judge(make('GET', { cookie }), options)).toBe('ok: cookie')
  })

  test.each<[string, RequestSource, Partial<AuthContextOptions>, string]>([
    ['where no method can be told, it may be POST', { headers: { cookie } }, {}, 'CSRF_FAILED'],
    ['a method in small letters', { method: 'post', headers: { cookie } }, {}, 'CSRF_FAILED'],
    [
      'no protection, by option',
      { method: 'POST', headers: { cookie } },
      { cookieCsrfProtect: false },
      'ok: cookie',
    ],
    [
      'a token without the claim',
      { method: 'POST', headers: { cookie: `access_token_cookie=${sign({ csrf: undefined })}`, ...proof } },
      {},
      'CSRF_FAILED',
    ],
    [
      'an empty claim',
      {
        method: 'POST',
        headers: { cookie: `access_token_cookie=${sign({ csrf: '' })}`, 'x-csrf-token': '' },
      },
      {},
      'TOKEN_INVALID',
    ],
    [
      'a forged token',
      { method: 'POST', headers: { cookie: `access_token_cookie=${raw}x` } },
      {},
      'TOKEN_INVALID',
    ],
    [
      'another name',
      { method: 'GET', headers: { cookie: `at=${raw}` } },
      { accessCookieName: 'at' },
      'ok: cookie',
    ],
    ['cookies in two headers', { method: 'GET', headers: { cookie: ['a=b', cookie] } }, {}, 'ok: cookie'],
  ])('%s', async (_what, source, options, answer) => {
    expect(await judge(source, { locations: 'cookies', ...options })).toBe(answer)
  })
})

describe('P52 the query string and the body, as frameworks have them', () => {
  const locate = createLocator(resolveLocations({ locations: ['query_string', 'json'] }), 'access')
  const headers = {}

  test.each<[string, RequestSource, string]>([
    ['a Fetch request', new Request('http://x/graphql?jwt=abc#jwt=x'), 'query_string'],
    ['a Node request', { req: { headers, rawHeaders: [], url: '/graphql?jwt=abc' } }, 'query_string'],
    ['Express, before Apollo', { req: { headers, body: { access_token: 'abc' } } }, 'json'],
    ['Fastify', { headers, url: '/?jwt=abc', raw: { headers, rawHeaders: [] } }, 'query_string'],
    ['Fastify with a body', { headers, body: { access_token: 'abc' }, url: '/' }, 'json'],
  ])('%s', (_what, source, location) => {
    expect(locate(source)).toEqual({ kind: 'token', raw: 'abc', location })
  })

  test.each<[string, RequestSource]>([
    ['a body that is a stream', new Request('http://x/', { method: 'POST', body: '{"access_token":"abc"}' })],
    ['a body that is text', { headers, body: '{"access_token":"abc"}' }],
    ['a member of the prototype', { headers, body: Object.create({ access_token: 'abc' }) }],
    ['a fragment', { headers, url: '/graphql#?jwt=abc' }],
    ['a path', { headers, url: '/graphql/jwt=abc' }],
    ['no address', { headers, url: 7 }],
  ])('nowhere: %s', (_what, source) => {
    expect(locate(source)).toEqual({ kind: 'none' })
  })
})
