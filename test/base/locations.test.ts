import { describe, expect, test } from 'vitest'
import { resolveCookies, resolveLocations } from '../../src/base/resolve-locations.js'

const SECURE = { cookieSecure: true }

describe('P53 P54 what contradicts itself is refused at the start, by name', () => {
  test.each<[string, object]>([
    ['cookieSecure', { production: true, cookieSecure: false }],
    ['cookieSecure', { cookieSameSite: 'None' }],
    ['cookieSecure', { accessCookieName: '__Host-a' }],
    ['cookieSecure', { refreshCookieName: '__Secure-a' }],
    ['cookieSecure', { accessCsrfCookieName: '__SECURE-a' }],
    ['cookieDomain', { ...SECURE, accessCookieName: '__Host-a', cookieDomain: 'example.com' }],
    ['cookieDomain', { ...SECURE, refreshCsrfCookieName: '__host-a', cookieDomain: 'example.com' }],
    ['accessCookiePath', { ...SECURE, accessCookieName: '__Host-a', accessCookiePath: '/graphql' }],
    ['refreshCookiePath', { ...SECURE, refreshCookieName: '__hOST-a', refreshCookiePath: '/graphql' }],
    ['accessCsrfCookiePath', { ...SECURE, accessCsrfCookieName: '__Host-a', accessCsrfCookiePath: '/x' }],
    ['refreshCookiePath', { endpoint: '/graphql;x' }],
    ['refreshCookiePath', { endpoint: '/grüße' }],
    ['accessCookieName', { accessCookieName: 'a', refreshCookieName: 'a' }],
    ['accessCsrfCookieName', { accessCsrfCookieName: 'refresh_token_cookie' }],
    ['refreshCsrfCookieName', { accessCookieName: 'a', refreshCsrfCookieName: 'a' }],
  ])('%s: %j', (option, options) => {
    expect(() => resolveCookies(options)).toThrow(expect.objectContaining({ name: 'OptionError', option }))
    expect(resolveCookies({ ...options, locations: 'headers' })).toBeNull()
  })

  test.each<[string, object]>([
    ['locations', { locations: [] }],
    ['locations', { locations: 'header' }],
    ['locations', { locations: ['headers', 'headers'] }],
    ['csrfMethods', { csrfMethods: ['GET'] }],
    ['csrfMethods', { csrfMethods: ['POST '] }],
    ['jsonKey', { jsonKey: 'query' }],
    ['refreshJsonKey', { refreshJsonKey: 'variables' }],
  ])('%s: %j', (option, options) => {
    expect(() => resolveLocations(options)).toThrow(expect.objectContaining({ name: 'OptionError', option }))
  })

  test.each<[string, string]>([
    ['accessCookieName', 'a; Domain=example.com'],
    ['accessCookieName', 'a=b'],
    ['refreshCookieName', 'a\r\nSet-Cookie: x'],
    ['accessCsrfCookieName', ''],
    ['accessCookiePath', '/; HttpOnly'],
    ['refreshCookiePath', '/\r\nX-Injected: 1'],
    ['accessCsrfCookiePath', 'graphql'],
    ['cookieDomain', 'example.com; Path=/x'],
    ['cookieDomain', 'example.com\n'],
    ['cookieDomain', ''],
    ['cookieSameSite', 'lax; Secure'],
  ])('nothing gets into a header by %s: %j', (option, value) => {
    const resolveAll = () => [resolveLocations({ [option]: value }), resolveCookies({ [option]: value })]
    expect(resolveAll).toThrow(expect.objectContaining({ name: 'OptionError', option }))
  })

  test('what goes together is taken', () => {
    expect(
      resolveCookies({ ...SECURE, accessCookieName: '__Host-a', refreshCookieName: '__Host-r' }),
    ).toMatchObject({
      access: { name: '__Host-a', path: '/' },
      refresh: { name: '__Host-r', path: '/' },
    })
    expect(resolveCookies({ cookieCsrfProtect: false, csrfMethods: ['GET'] })).toMatchObject({
      csrfProtect: false,
    })
  })
})
