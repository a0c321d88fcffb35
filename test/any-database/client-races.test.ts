import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createClient } from '../../src/client/index.js'
import { PASSWORD, startServer } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'

const ME = '{ me { username } }'
const FIELDS = /(refresh|login|logout|signup|reauthenticate|changePassword|revokeOtherSessions|me)\b/
const CREDENTIALS = { password: PASSWORD }

/** What one browser sends, and its cookies. Answers can be held back: what the server did is done. */
function createWire() {
  const sent: string[] = []
  const cookies = new Map<string, string>()
  const gates = new Map<string, { arrive: () => void; open: Promise<void> }>()
  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    sent,
    cookieHeader,
    /** Of the next such answer: `arrived` when it is there, and `release` to hand it on. */
    holdBack(field: string) {
      const gate = { arrive: () => {}, release: () => {} }
      const arrived = new Promise<void>((resolve) => {
        gate.arrive = resolve
      })
      const open = new Promise<void>((resolve) => {
        gate.release = resolve
      })
      gates.set(field, { arrive: gate.arrive, open })
      return { arrived, release: gate.release }
    },
    async fetch(resource: RequestInfo | URL, init?: RequestInit) {
      const request = new Request(resource, init)
      const [, field = ''] = FIELDS.exec((await request.clone().json()).query) ?? []
      sent.push(field)
      if (cookies.size > 0) request.headers.set('cookie', cookieHeader())
      const response = await fetch(request)
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
      const gate = gates.get(field)
      gates.delete(field)
      gate?.arrive()
      await gate?.open
      return response
    },
  }
}

/** Ada, logged in, whose client has a clock of its own. */
async function openClient({ delivery = 'body' }: { delivery?: 'body' | 'cookie' } = {}) {
  const server = await startServer()
  const wire = createWire()
  const clock = createTestClock()
  const fetch: typeof globalThis.fetch = (resource, init) => wire.fetch(resource, init)
  const open = () => createClient({ url: server.url, fetch, clock, delivery })
  const client = open()
  await client.signUp({ username: 'ada', ...CREDENTIALS })
  const post = (query: string, init: RequestInit = {}) =>
    client.fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      ...init,
    })
  const ask = async (query: string) => {
    const { data, errors } = await (await post(query)).json()
    return { data, code: errors?.[0].extensions.code }
  }
  wire.sent.length = 0
  return { server, wire, clock, open, client, post, ask }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('P72 a client to which answers come late', () => {
  const MUTATION = 'revokeOtherSessions'
  test.each([
    ['was refused', MUTATION, 'TOKEN_EXPIRED', [MUTATION, 'logout', 'signup']],
    ['waits for a refresh', 'refresh', 'TOKEN_REVOKED', ['refresh', 'logout', 'signup', MUTATION]],
  ])('who logs in does not do what somebody else asked for, and %s', async (_what, held, code, sent) => {
    const { server, wire, clock, client, ask } = await openClient()
    const aged = held === 'refresh' ? clock : server.clock
    aged.advance(16 * 60)
    const late = wire.holdBack(held)
    const asked = ask(`mutation { ${MUTATION} }`)
    await late.arrived
    await client.logOut()
    await client.signUp({ username: 'bea', ...CREDENTIALS })
    late.release()
    expect(await asked).toMatchObject({ code })
    expect(wire.sent).toEqual(sent)
    expect(client.isLoggedIn()).toBe(true)
  })

  test('nor who logs in by cookie, in another tab', async () => {
    const { server, wire, open, client, ask } = await openClient({ delivery: 'cookie' })
    vi.stubGlobal('document', Object.defineProperty({}, 'cookie', { get: wire.cookieHeader }))
    expect(await ask(ME)).toMatchObject({ data: { me: { username: 'ada' } } })
    server.clock.advance(16 * 60)
    const late = wire.holdBack('revokeOtherSessions')
    const asked = ask('mutation { revokeOtherSessions }')
    await late.arrived
    const tab = open()
    await tab.logOut()
    await tab.signUp({ username: 'bea', ...CREDENTIALS })
    late.release()
    expect(await asked).toMatchObject({ code: 'TOKEN_EXPIRED' })
    expect(wire.sent).toEqual(['me', 'revokeOtherSessions', 'logout', 'signup'])
    expect(client.isLoggedIn()).toBe(true)
    expect(await ask(ME)).toMatchObject({ data: { me: { username: 'bea' } } })
  })

  test.each([
    ['reauthenticate', [PASSWORD]],
    ['changePassword', [PASSWORD, 'another horse battery']],
    ['logOut', []],
  ] as const)('an answer to %s changes nothing for who has logged in since', async (method, args) => {
    const { wire, client } = await openClient()
    const late = wire.holdBack(method === 'logOut' ? 'logout' : method)
    const done = (client[method] as (...args: readonly string[]) => Promise<void>)(...args)
    await late.arrived
    if (client.isLoggedIn()) await client.logOut().catch(() => {})
    await client.signUp({ username: 'bea', ...CREDENTIALS })
    const pair = [await client.accessToken(), client.refreshToken()]
    late.release()
    await done
    expect([await client.accessToken(), client.refreshToken()]).toEqual(pair)
  })

  test('a password that is given during a refresh takes nothing from it', async () => {
    const { server, wire, client } = await openClient()
    const before = client.refreshToken()
    const late = wire.holdBack('refresh')
    const refreshed = client.refresh()
    await late.arrived
    await client.reauthenticate(PASSWORD)
    const fresh = await client.accessToken()
    late.release()
    expect(await refreshed).toBe(true)
    expect(await client.accessToken()).toBe(fresh)
    expect(client.refreshToken()).not.toBe(before)
    server.clock.advance(31)
    expect(await client.refresh()).toBe(true)
  })

  test('a refresh that comes after a new password does not bring the session before it back', async () => {
    const { wire, client } = await openClient()
    const late = wire.holdBack('refresh')
    const refreshed = client.refresh()
    await late.arrived
    await client.changePassword(PASSWORD, 'another horse battery')
    const pair = [await client.accessToken(), client.refreshToken()]
    late.release()
    expect(await refreshed).toBe(true)
    expect([await client.accessToken(), client.refreshToken()]).toEqual(pair)
  })

  test('a new password goes on in a new session, also when another request hears first that the old one is over', async () => {
    const { wire, client, ask } = await openClient()
    const late = wire.holdBack('changePassword')
    const changed = client.changePassword(PASSWORD, 'another horse battery')
    await late.arrived
    expect(await ask(ME)).toMatchObject({ code: 'TOKEN_REVOKED' })
    expect(client.isLoggedIn()).toBe(false)
    late.release()
    await changed
    expect(await ask(ME)).toMatchObject({ data: { me: { username: 'ada' } } })
  })

  test('who gives up does not wait for the refresh, whichever it was for', async () => {
    const { server, wire, clock, client, post } = await openClient()
    for (const advance of [() => clock.advance(15 * 60), () => server.clock.advance(16 * 60)]) {
      advance()
      const late = wire.holdBack('refresh')
      const caller = new AbortController()
      const asked = post(ME, { signal: caller.signal })
      await late.arrived
      caller.abort(new Error('not wanted any more'))
      await expect(asked).rejects.toThrow('not wanted any more')
      late.release()
      expect(await client.refresh()).toBe(true)
    }
  })
})

describe('P72 a client in an unfriendly place', () => {
  test('a page whose clock is ahead does not refresh before every request', async () => {
    const { wire, clock, ask } = await openClient({ delivery: 'cookie' })
    clock.advance(3_600)
    await ask(ME)
    wire.sent.length = 0
    for (const _ of [1, 2, 3]) expect(await ask(ME)).toMatchObject({ data: { me: { username: 'ada' } } })
    expect(wire.sent).toEqual(['me', 'me', 'me'])
  })

  test('a redirect takes no password elsewhere', async () => {
    const paths: (string | undefined)[] = []
    const site = createServer((request, response) => {
      paths.push(request.url)
      response.writeHead(307, { location: '/elsewhere' }).end()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void site.close())
    await new Promise((resolve) => site.once('listening', resolve))
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/graphql`
    await expect(createClient({ url }).logIn({ username: 'ada', ...CREDENTIALS })).rejects.toThrow()
    expect(paths).toEqual(['/graphql'])
  })

  test('a listener that throws is reported, and stops nobody', async () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const { client } = await openClient()
    const other = vi.fn()
    client.onChange(() => {
      throw new Error('of the page')
    })
    client.onChange(other)
    await client.refresh()
    expect(other).toHaveBeenCalledTimes(1)
    expect(report.mock.calls).toEqual([[expect.objectContaining({ message: 'of the page' })]])
  })

  test('what is not for the server goes out as it was given', async () => {
    const calls: unknown[][] = []
    const fetch = async (...args: unknown[]) => {
      calls.push(args)
      return new Response()
    }
    const client = createClient({ url: 'http://sallyport.example/graphql', fetch })
    const request = new Request('http://elsewhere.example/', { method: 'POST', body: 'x' })
    const given = [
      ['http://elsewhere.example/graphql', { next: { revalidate: 60 } }],
      ['http://sallyport.example/graphql?x', { headers: { authorization: 'Bearer own' }, priority: 'low' }],
      [request, undefined],
    ] as const
    for (const [resource, init] of given) await client.fetch(resource, init as RequestInit)
    for (const [index, [resource, init]] of given.entries()) {
      expect(calls[index]?.[0]).toBe(resource)
      expect(calls[index]?.[1]).toBe(init)
    }
    expect(request.bodyUsed).toBe(false)
  })
})
