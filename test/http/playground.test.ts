import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { requestText, sendRaw } from '../support/raw-http.js'
import { startServer, startSharedServer } from '../support/server.js'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'
const QUERY = `?${new URLSearchParams({ query: '{ whoami { state } }' })}`
const server = await startSharedServer()

const ask = (headers: Record<string, string>, init: RequestInit = {}) =>
  fetch(server.url, { ...init, headers: { accept: BROWSER, ...headers } })

describe('who gets the page', () => {
  test.each([
    ['a browser', BROWSER],
    ['who takes HTML alone', 'text/html'],
    ['who prefers it', 'application/json;q=0.5, Text/HTML'],
  ])('%s', async (_what, accept) => {
    for (const search of ['', QUERY, '?query={']) {
      const response = await fetch(server.url + search, { headers: { accept } })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(await response.text()).toContain('<title>Sallyport</title>')
    }
  })

  test.each([
    ['GraphQL’s own type', 'application/graphql-response+json'],
    ['JSON', 'application/json'],
    ['JSON as much as HTML', 'text/html, application/json'],
    ['anything', '*/*'],
    ['HTML not at all', 'application/json, text/html;q=0'],
    ['something that only looks like it', 'text/htmlx, */*'],
  ])('who asks for %s has the operation run', async (_what, accept) => {
    const response = await fetch(server.url + QUERY, { headers: { accept } })
    expect(await response.json()).toEqual({ data: { whoami: { state: 'ANONYMOUS' } } })
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('POST is an operation, whatever it takes, and other methods and paths are as ever', async () => {
    const posted = await ask(
      { 'content-type': 'application/json' },
      { method: 'POST', body: JSON.stringify({ query: '{ whoami { state } }' }) },
    )
    expect(await posted.json()).toEqual({ data: { whoami: { state: 'ANONYMOUS' } } })
    const form = await ask({}, { method: 'POST', body: new URLSearchParams({ query: '<script>hunter2' }) })
    expect(form.status).toBe(415)
    expect(await form.text()).not.toContain('hunter2')
    expect((await ask({}, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(`${server.url}/`, { headers: { accept: BROWSER } })).status).toBe(404)
  })

  test('the page is the same whatever is asked: it holds nothing of the request', async () => {
    const plain = await (await ask({})).text()
    const asked = await fetch(`${server.url}?query=</script><script>alert(1)</script>`, {
      headers: { accept: BROWSER, authorization: 'Bearer hunter2', referer: 'http://hunter2.example/' },
    })
    expect((await asked.text()) === plain).toBe(true)
  })
})

describe('how it is sent', () => {
  test('compressed as the browser takes it', async () => {
    const read = async (accepted: string) => {
      const response = await server.sallyport.fetch(
        new Request(server.url, { headers: { accept: BROWSER, 'accept-encoding': accepted } }),
      )
      return { response, body: Buffer.from(await response.arrayBuffer()) }
    }
    const brotli = await read('gzip, deflate, br')
    const gzip = await read('gzip, br;q=0')
    const plain = await read('identity')
    expect(brotli.response.headers.get('content-encoding')).toBe('br')
    expect(gzip.response.headers.get('content-encoding')).toBe('gzip')
    expect(plain.response.headers.get('content-encoding')).toBeNull()
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true)
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
    expect(brotli.body.length).toBeLessThan(plain.body.length / 3)
    expect(new Set([brotli, gzip, plain].map(({ response }) => response.headers.get('etag'))).size).toBe(3)
  })

  test('asked for again by its ETag it is 304, on both ways in', async () => {
    const first = await ask({ 'accept-encoding': 'br' })
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('no-cache')
    expect(first.headers.get('vary')).toBe('accept, accept-encoding')
    await first.arrayBuffer()
    const headers = { accept: BROWSER, 'accept-encoding': 'br', 'if-none-match': `"other", W/${etag}` }
    for (const again of [
      await ask(headers),
      await server.sallyport.fetch(new Request(server.url, { headers })),
    ]) {
      expect(again.status).toBe(304)
      expect(again.headers.get('etag')).toBe(etag)
      expect(again.headers.get('cache-control')).toBe('no-cache')
      expect(await again.text()).toBe('')
    }
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('HEAD has its headers and nothing else', async () => {
    const lines = ['Host: x', 'Accept: text/html', 'Accept-Encoding: br', 'Connection: close']
    const { status, headers, body } = await sendRaw(server.origin, requestText('HEAD /graphql', lines))
    expect({ status, body }).toEqual({ status: 200, body: '' })
    expect(Number(headers.get('content-length'))).toBeGreaterThan(100_000)
  })

  test('nothing but its own scripts may run in it, and no other host is spoken to', async () => {
    const { headers } = await ask({}, { method: 'HEAD' })
    const policy = headers.get('content-security-policy') ?? ''
    const rules = Object.fromEntries(policy.split('; ').map((rule) => rule.split(/ (.*)/)))
    expect(rules).toEqual({
      'default-src': "'none'",
      'script-src': expect.stringMatching(/^'sha256-[\w+/=]+' 'sha256-[\w+/=]+'$/),
      'style-src': "'unsafe-inline'",
      'img-src': 'data:',
      'font-src': 'data:',
      'connect-src': "'self'",
      'worker-src': 'blob:',
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })
})

describe('whether it is there', () => {
  const production = { production: true, secret: 'Xq3v9Lr7Tn2Zk5Wb8Hy4Mc6Pd1Jf0Gs_aE-uQoV' }

  test.each([
    ['off where it is turned off', { graphiql: false }, false],
    ['off in production', production, false],
    ['on in production when asked for', { ...production, graphiql: true }, true],
  ])('%s', async (_what, options, isThere) => {
    const { url } = await startServer(options)
    const response = await fetch(url + QUERY, { headers: { accept: BROWSER } })
    expect(response.headers.get('content-type')?.startsWith('text/html')).toBe(isThere)
    const head = await fetch(url, { method: 'HEAD', headers: { accept: BROWSER } })
    expect(head.status).toBe(isThere ? 200 : 405)
  })
})
