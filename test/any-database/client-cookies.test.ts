import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClient } from '../../src/client/index.js'
import { createBrowserJar, logInBy } from '../support/browser-jar.js'
import { PASSWORD, startServer, type TestServerOptions } from '../support/server.js'

const ME = '{ me { username } }'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Ada, logged in by cookie in a page. `keepsCookies`: what the server takes back is still there, as on another path. */
async function openPage({
  keepsCookies = false,
  ...options
}: TestServerOptions & { keepsCookies?: boolean } = {}) {
  const server = await startServer(options)
  const jar = createBrowserJar()
  const readable = () => `csrf_access_token=${jar.value('csrf_access_token')}`
  vi.stubGlobal('document', Object.defineProperty({}, 'cookie', { get: readable }))
  const held: Promise<void>[] = []
  const fetch: typeof globalThis.fetch = async (resource, init) => {
    const request = new Request(resource, init)
    const { query, variables } = await request.json()
    const csrf = request.headers.get('x-csrf-token')
    const headers: Record<string, string> = csrf === null ? {} : { 'x-csrf-token': csrf }
    // A request goes out with the cookies of that moment, and may be under way for long.
    const sender = jar.copy()
    await held.shift()
    const answer = await sender.ask(server, query, { variables, headers, isLate: true })
    const lines = answer.headers.getSetCookie()
    jar.keep(keepsCookies ? lines.filter((line) => !line.includes('Max-Age=0')) : lines)
    return Response.json(answer.body, { status: answer.status })
  }
  const client = createClient({ url: server.url, fetch, clock: server.clock, delivery: 'cookie' })
  await client.signUp({ username: 'ada', password: PASSWORD })
  const changes = vi.fn()
  client.onChange(changes)
  const ask = async (query = ME): Promise<string> => {
    const headers = { 'content-type': 'application/json' }
    const response = await client.fetch(server.url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    })
    const { data, errors } = await response.json()
    return errors?.[0].extensions.code ?? data?.me?.username ?? 'ok'
  }
  /** Ends all of Ada's sessions from elsewhere. */
  const endAll = async () => {
    const { accessToken } = await server.logIn('ada')
    await server.ask('mutation { revokeAllSessions }', { token: accessToken })
  }
  /** Holds the next request back until it is called. */
  const holdBack = () => {
    let release = () => {}
    held.push(
      new Promise((resolve) => {
        release = resolve
      }),
    )
    return () => release()
  }
  return { server, jar, client, changes, ask, endAll, holdBack }
}

describe.each([
  ['whose cookies the server takes back', false],
  ['which still reads the cookie', true],
])('F15 a page %s', (_what, keepsCookies) => {
  test('F15: knows after TOKEN_REVOKED that its session ended, by one change', async () => {
    const { client, changes, ask, endAll } = await openPage({ keepsCookies })
    await endAll()
    expect(await ask()).toBe('TOKEN_REVOKED')
    expect([client.isLoggedIn(), changes.mock.calls.length]).toEqual([false, 1])
    await ask()
    expect([client.isLoggedIn(), changes.mock.calls.length]).toEqual([false, 1])
    await client.logIn({ username: 'ada', password: PASSWORD })
    expect([client.isLoggedIn(), changes.mock.calls.length]).toEqual([true, 2])
    expect(await ask()).toBe('ada')
    expect(changes).toHaveBeenCalledTimes(2)
  })

  test('F15: and after SESSION_ENDED, with a token that has expired', async () => {
    const { server, client, changes, ask, endAll } = await openPage({ keepsCookies })
    await endAll()
    server.clock.advance(16 * 60)
    expect(await ask()).not.toBe('ada')
    expect([client.isLoggedIn(), changes.mock.calls.length]).toEqual([false, 1])
    expect(await client.refresh()).toBe(false)
    expect(changes).toHaveBeenCalledTimes(1)
  })

  test('F15: and after REFRESH_REUSED', async () => {
    const { server, jar, client, changes } = await openPage({ keepsCookies })
    const old = jar.lines()
    await client.refresh()
    server.clock.advance(60)
    jar.keep(old)
    changes.mockClear()
    expect(await client.refresh()).toBe(false)
    expect([client.isLoggedIn(), changes.mock.calls.length]).toEqual([false, 1])
  })
})

test('F15: a request that arrives after another tab has logged in again takes nothing from it', async () => {
  const { server, jar, client, changes, ask, endAll, holdBack } = await openPage()
  await endAll()
  const release = holdBack()
  const asked = ask()
  expect((await jar.ask(server, ME)).code).toBe('TOKEN_REVOKED')
  expect(jar.keys()).toEqual([])
  await logInBy(jar, server, 'ada')
  release()
  expect(await asked).toBe('TOKEN_REVOKED')
  expect([client.isLoggedIn(), changes.mock.calls.length]).toEqual([true, 1])
  expect(await ask()).toBe('ada')
})
