import { describe, expect, test, vi } from 'vitest'
import { createClient } from '../../src/client/index.js'
import { PASSWORD, startServer, type TestServerOptions } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'

const ME = '{ me { username } }'

/** What is sent, by the name of its field; and what becomes of a refresh that is sent. */
function createWire() {
  const sent: string[] = []
  const failures: (() => Response)[] = []
  return {
    sent,
    /** The next refresh is made, and its answer lost or replaced. */
    failRefresh: (how: () => Response) => failures.push(how),
    async fetch(resource: RequestInfo | URL, init?: RequestInit) {
      const request = new Request(resource, init)
      const [, field = ''] =
        /(refresh|login|signup|me|deleteAccount|claims)\b/.exec((await request.clone().json()).query) ?? []
      sent.push(field)
      const response = await fetch(request)
      return (field === 'refresh' ? failures.shift()?.() : undefined) ?? response
    },
  }
}

const lost = () => {
  throw new TypeError('fetch failed')
}
const unavailable = () =>
  Response.json({ errors: [{ message: 'Later.', extensions: { action: 'retry' } }] }, { status: 503 })

/** Somebody with an account and a client of their own. By default the client's clock is the server's. */
async function openClient({ ownClock = false, ...options }: TestServerOptions & { ownClock?: boolean } = {}) {
  const server = await startServer(options)
  const wire = createWire()
  const clock = ownClock ? createTestClock() : server.clock
  const client = createClient({ url: server.url, fetch: wire.fetch, clock })
  const username = `user-${crypto.randomUUID()}`
  await client.signUp({ username, password: PASSWORD })
  const ask = async (query: string) => {
    const response = await client.fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data, errors } = await response.json()
    return { status: response.status, data, code: errors?.[0].extensions.code }
  }
  wire.sent.length = 0
  return { server, wire, clock, client, username, ask }
}

describe('P72 the client', () => {
  test('exchanges the token before it expires, once for all who ask, and nobody is refused', async () => {
    const { server, wire, username, ask } = await openClient()
    server.clock.advance(15 * 60 - 31)
    expect(await ask(ME)).toMatchObject({ data: { me: { username } } })
    expect(wire.sent).toEqual(['me'])
    server.clock.advance(2)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(ME)))
    for (const answer of answers) expect(answer.data).toEqual({ me: { username } })
    expect(wire.sent).toEqual(['me', 'refresh', ...Array(5).fill('me')])
  })

  test('refreshes after a 401, once for all who are refused, and sends each again', async () => {
    const { server, wire, username, ask } = await openClient({ ownClock: true })
    server.clock.advance(16 * 60)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(ME)))
    for (const answer of answers)
      expect(answer).toEqual({ status: 200, data: { me: { username } }, code: undefined })
    expect(wire.sent.filter((field) => field === 'refresh')).toHaveLength(1)
    expect(wire.sent).toHaveLength(11)
  })

  test.each([
    ['is lost', lost],
    ['asks for another try', unavailable],
  ])('a refresh whose answer %s logs nobody out', async (_what, how) => {
    const { server, wire, client, username, ask } = await openClient({ ownClock: true })
    server.clock.advance(16 * 60)
    wire.failRefresh(how)
    expect(await ask(ME)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' })
    expect(client.isLoggedIn()).toBe(true)
    expect(await ask(ME)).toMatchObject({ status: 200, data: { me: { username } } })
  })

  test('where an early refresh fails, the next requests go without one for a while', async () => {
    const { server, wire, username, ask } = await openClient()
    server.clock.advance(15 * 60 - 29)
    wire.failRefresh(unavailable)
    for (const _ of [1, 2]) expect(await ask(ME)).toMatchObject({ data: { me: { username } } })
    server.clock.advance(5)
    await ask(ME)
    expect(wire.sent).toEqual(['refresh', 'me', 'me', 'refresh', 'me'])
  })

  test('says that the session is over, whatever ended it, and forgets it', async () => {
    const { server, client, ask } = await openClient()
    const changes = vi.fn()
    const stop = client.onChange(changes)
    await server.ask(`mutation { logout(refreshToken: "${client.refreshToken()}") { ended } }`)
    expect(await ask(ME)).toMatchObject({ status: 401, code: 'TOKEN_REVOKED' })
    expect([client.isLoggedIn(), client.refreshToken(), await client.accessToken()]).toEqual([
      false,
      null,
      null,
    ])
    expect(changes).toHaveBeenCalledTimes(1)
    expect(await client.refresh()).toBe(false)
    stop()
    expect(await ask(ME)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  test('a session that ended while the token expired: the refusal of the refresh is the end', async () => {
    const { server, client, ask } = await openClient({ ownClock: true })
    await server.ask(`mutation { logout(refreshToken: "${client.refreshToken()}") { ended } }`)
    server.clock.advance(16 * 60)
    expect(await ask(ME)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' })
    expect(client.isLoggedIn()).toBe(false)
  })

  test('takes the successor that sliding gives', async () => {
    const { server, wire, client, username, ask } = await openClient({ sliding: true })
    const before = await client.accessToken()
    server.clock.advance(8 * 60)
    await ask(ME)
    expect(await client.accessToken()).not.toBe(before)
    server.clock.advance(8 * 60)
    expect(await ask(ME)).toMatchObject({ data: { me: { username } } })
    expect(wire.sent).toEqual(['me', 'me'])
  })

  test.each([
    ['nothing ran of', {}, 2],
    ['something may have run of', { data: null }, 1],
  ])('what %s is sent again, or not', async (_what, data, times) => {
    const { server, wire } = await openClient()
    const errors = [{ message: 'Expired.', extensions: { action: 'refresh' } }]
    let sent = 0
    const client = createClient({
      url: server.url,
      async fetch(resource, init) {
        const request = new Request(resource, init)
        if (!(await request.clone().text()).includes('count')) return wire.fetch(request)
        sent++
        return Response.json({ ...data, errors }, { status: 401 })
      },
    })
    await client.signUp({ username: `user-${crypto.randomUUID()}`, password: PASSWORD })
    const before = client.refreshToken()
    const response = await client.fetch(server.url, {
      method: 'POST',
      body: '{"query": "mutation { count }"}',
    })
    expect([response.status, sent]).toEqual([401, times])
    expect(client.refreshToken()).not.toBe(before)
  })

  test('a request to another address has no token', async () => {
    const { server, client } = await openClient()
    const sent: (string | null)[] = []
    const spy = createClient({
      url: server.url,
      refreshToken: client.refreshToken(),
      fetch: async (resource, init) => {
        const request = new Request(resource, init)
        sent.push(request.headers.get('authorization'))
        return request.url.startsWith(server.url) ? fetch(request) : Response.json({})
      },
    })
    await spy.refresh()
    for (const other of ['http://elsewhere.example/graphql', `${server.origin}/other`]) await spy.fetch(other)
    await spy.fetch(`${server.url}?query={me{id}}`)
    expect(sent).toEqual([null, null, null, expect.stringMatching(/^Bearer /)])
  })

  test('a request that has an authorization of its own goes out as it is', async () => {
    const { server, client, wire } = await openClient({ ownClock: true })
    server.clock.advance(16 * 60)
    const response = await client.fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await client.accessToken()}` },
      body: JSON.stringify({ query: ME }),
    })
    expect([response.status, wire.sent]).toEqual([401, ['me']])
  })

  test('goes on with a session that was begun before, also where its first refresh fails', async () => {
    const { server, client, username } = await openClient()
    const wire = createWire()
    const resumed = createClient({
      ...{ url: server.url, refreshToken: client.refreshToken(), fetch: wire.fetch, clock: server.clock },
    })
    expect(resumed.isLoggedIn()).toBe(true)
    wire.failRefresh(lost)
    const request = () =>
      new Request(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: ME }),
      })
    await expect(resumed.fetch(request())).rejects.toThrow('fetch failed')
    expect(resumed.isLoggedIn()).toBe(true)
    expect(await (await resumed.fetch(request())).json()).toEqual({ data: { me: { username } } })
    expect(wire.sent).toEqual(['refresh', 'refresh', 'me'])
  })
})
