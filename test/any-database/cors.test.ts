import { describe, expect, test } from 'vitest'
import { createSallyport } from '../../src/index.js'
import { SECRET, startSharedServer } from '../support/server.js'

const APP = 'https://app.example.com'
const server = await startSharedServer({ corsOrigins: [APP, 'http://localhost:3000'] })
const ada = await server.signUp()

const corsOf = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

const preflight = (origin: string, more: Record<string, string> = {}) =>
  fetch(server.url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', ...more },
  })

const ALLOWED = {
  'access-control-allow-origin': APP,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'X-Access-Token, WWW-Authenticate, Retry-After, X-Request-Id',
}

describe('a listed origin', () => {
  test('may read an answer, with cookies: exactly itself, in every answer', async () => {
    const headers = { origin: APP }
    const answers = [
      await server.ask('{ whoami { state } }', { headers }),
      await server.ask('{ me { id } }', { headers }),
      await server.ask('{ me { id } }', { headers, token: ada.accessToken }),
      await server.ask('{', { headers }),
      await fetch(server.url, { method: 'POST', headers, body: 'x' }),
      await fetch(`${server.url}?query={whoami{state}}`, { headers }),
      await fetch(`${server.url}?query={whoami{state}}`, {
        headers: { ...headers, accept: 'text/event-stream' },
      }),
    ]
    for (const answer of answers) {
      expect(corsOf(answer.headers)).toEqual(ALLOWED)
      expect(answer.headers.get('vary')).toBe('authorization, cookie, origin')
    }
  })

  test('is answered its preflight', async () => {
    const answer = await preflight(APP, { 'access-control-request-headers': 'content-type,x-csrf-token' })
    expect(answer.ok).toBe(true)
    expect(await answer.text()).toBe('')
    expect(corsOf(answer.headers)).toEqual({
      ...ALLOWED,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type,x-csrf-token',
      'access-control-max-age': '600',
    })
    expect(answer.headers.get('vary')).toBe('authorization, cookie, origin')
  })

  test('that asks for what is no header is told of none', async () => {
    const answer = await preflight(APP, { 'access-control-request-headers': 'a b, "c"' })
    expect(answer.headers.get('access-control-allow-headers')).toBeNull()
  })

  test('is answered by fetch alike', async () => {
    for (const method of ['OPTIONS', 'POST']) {
      const init = { method, headers: { origin: APP, 'content-type': 'application/json' } }
      const request = new Request('http://sallyport.example/graphql', {
        ...init,
        body: method === 'POST' ? JSON.stringify({ query: '{ whoami { state } }' }) : null,
      })
      const { status, headers } = await server.sallyport.fetch(request)
      expect(status).toBe(200)
      expect(corsOf(headers)).toMatchObject(ALLOWED)
    }
  })
})

describe('any other origin is told nothing', () => {
  test.each([
    'https://evil.example',
    'null',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    'https://APP.example.com',
    'https://app.example.com/',
    'https://app.example.com, https://evil.example',
    '*',
  ])('%s', async (origin) => {
    const answer = await server.ask('{ whoami { state } }', { headers: { origin } })
    expect(corsOf(answer.headers)).toEqual({})
    expect(answer.headers.get('vary')).toContain('origin')
    const asked = await preflight(origin)
    expect(asked.status).toBe(405)
    expect(corsOf(asked.headers)).toEqual({})
  })

  test('and so is nobody at /health', async () => {
    expect(corsOf((await fetch(`${server.origin}/health`, { headers: { origin: APP } })).headers)).toEqual({})
  })
})

test.each([
  '*',
  'null',
  'app.example.com',
  'https://app.example.com/',
  'https://APP.example.com',
  'https://app.example.com:443',
  'https://*.example.com',
  'ftp://app.example.com',
  'https://a@app.example.com',
  '',
])('corsOrigins %j is refused at the start', async (corsOrigins) => {
  const starting = createSallyport({ secret: SECRET, databaseUrl: server.databaseUrl, corsOrigins })
  await expect(starting).rejects.toMatchObject({ name: 'OptionError', option: 'corsOrigins' })
})
