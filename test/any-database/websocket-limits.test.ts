import { connect } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { startServer, startSharedServer } from '../support/server.js'
import { createTickHost } from '../support/tick-host.js'
import {
  ask,
  bearing,
  codeOf,
  openAcknowledged,
  openRaw,
  subscribe,
  tryUpgrade,
} from '../support/web-socket.js'

const INIT = { type: 'connection_init' }
const WHOAMI = { type: 'subscribe', id: '1', payload: { query: '{ whoami { state } }' } }
const ORDERS = { type: 'subscribe', id: '1', payload: { query: 'subscription { orders }' } }

describe('G50 a socket is closed', async () => {
  const host = createTickHost()
  const server = await startSharedServer(host.options)
  const { accessToken } = await server.signUp()
  const initWith = { ...INIT, payload: bearing(accessToken).params }

  const MISTAKES = [
    { code: 4401, why: 'an operation before connection_init', messages: [WHOAMI] },
    { code: 4429, why: 'connection_init twice', messages: [INIT, INIT] },
    { code: 4409, why: 'an id that is in use', messages: [initWith, ORDERS, ORDERS] },
    { code: 4408, why: 'no connection_init in time', messages: [] },
    { code: 4400, why: 'what is no JSON', messages: ['{'] },
    { code: 4400, why: 'a message of no type', messages: [INIT, {}] },
    { code: 4400, why: 'a type that only a server sends', messages: [INIT, { type: 'connection_ack' }] },
    { code: 4400, why: 'an operation without a query', messages: [INIT, { ...WHOAMI, payload: {} }] },
    { code: 4400, why: 'arrays all the way down', messages: ['['.repeat(50_000)] },
    { code: 1003, why: 'bytes', messages: [INIT, Buffer.from(JSON.stringify(WHOAMI))] },
    { code: 1009, why: 'G58 a message that is larger than a body may be', messages: [' '.repeat(100_001)] },
  ]
  test.each(MISTAKES)('with $code for $why', async ({ code, messages }) => {
    const raw = await openRaw(server)
    for (const message of messages) {
      raw.send(message)
      if (message === initWith) await raw.take()
    }
    expect(await raw.closed).toBe(code)
  })

  test('and what comes after it was closed does nothing', async () => {
    const input = { username: 'late', password: 'correct horse battery' }
    const query = 'mutation ($input: SignupInput!) { signup(input: $input) { tokenType } }'
    const raw = await openAcknowledged(server)
    for (const message of [INIT, { ...WHOAMI, payload: { query, variables: { input } } }]) raw.send(message)
    expect(await raw.closed).toBe(4429)
    expect((await server.ask(query, { variables: { input } })).code).toBeUndefined()
  })

  test.each([
    [
      'G58 a message of 100 MiB, before it has come',
      Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x06, 0x40, 0, 0, 1, 2, 3, 4]),
    ],
    ['bytes that are no frame', Buffer.alloc(64, 0xff)],
    ['a frame without its mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
  ])('for %s, and the server goes on', async (_what, bytes) => {
    const { port, hostname } = new URL(server.url)
    const line = connect(Number(port), hostname)
    const head = ['GET /graphql HTTP/1.1', `Host: ${hostname}`, 'Connection: Upgrade', 'Upgrade: websocket']
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
    line.write([...head, ...key, 'Sec-WebSocket-Protocol: graphql-transport-ws', '', ''].join('\r\n'))
    await new Promise((resolve) => line.once('data', resolve))
    const ended = new Promise((resolve) => line.once('end', resolve))
    line.on('error', () => {})
    line.resume()
    line.write(bytes)
    // The close frame is there; whoever answers it no more is dropped later.
    await new Promise((resolve) => line.once('data', resolve))
    line.end()
    await ended
    expect((await server.ask('{ whoami { state } }')).status).toBe(200)
  })

  test('200 that come and go, and leave nothing behind', async () => {
    const handles = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout').length
    const count = async () => {
      const raw = await openAcknowledged(server, bearing(accessToken))
      subscribe(raw, 'subscription { orders }')
      await raw.take()
      return raw
    }
    await vi.waitFor(() => expect(host.waiting.size).toBe(0))
    const before = handles()
    for (let at = 0; at < 200; at += 20) {
      const raws = await Promise.all(Array.from({ length: 20 }, count))
      expect(host.waiting.size).toBe(20)
      for (const [index, { socket }] of raws.entries()) {
        if (index % 2 === 0) socket.terminate()
        else socket.close()
      }
      await vi.waitFor(() => expect(host.waiting.size).toBe(0))
    }
    await vi.waitFor(() => expect(handles()).toBeLessThanOrEqual(before), 10_000)
  })
})

describe('G50 operations that are open at once', async () => {
  const host = createTickHost()
  const server = await startSharedServer({ ...host.options, maxOperationsPerSocket: 2 })
  const { accessToken } = await server.signUp()

  test('beyond the limit one is refused, and the next is let in when one is over', async () => {
    const raw = await openAcknowledged(server, bearing(accessToken))
    const first = subscribe(raw, 'subscription { orders }')
    await raw.take()
    subscribe(raw, 'subscription { orders }')
    await raw.take()
    expect(await ask(raw, '{ whoami { state } }')).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', action: 'retry' } }],
    })
    raw.send({ type: 'complete', id: first })
    await vi.waitFor(async () => expect(await codeOf(raw, '{ whoami { state } }')).toBe('ok'))
  })

  test('what is given up while it runs counts until it has run', async () => {
    const raw = await openAcknowledged(server)
    for (let at = 0; at < 2; at++) raw.send({ type: 'complete', id: subscribe(raw, '{ slow }') })
    expect(await codeOf(raw, '{ whoami { state } }')).toBe('RATE_LIMITED')
    await vi.waitFor(async () => expect(await codeOf(raw, '{ whoami { state } }')).toBe('ok'))
  })

  test('an id that is used again does not hide the one before', async () => {
    const raw = await openAcknowledged(server, bearing(accessToken))
    for (let at = 0; at < 2; at++) {
      raw.send(ORDERS)
      raw.send({ type: 'complete', id: ORDERS.id })
    }
    raw.send(ORDERS)
    raw.socket.close()
    await raw.closed
    await vi.waitFor(() => expect(host.waiting.size).toBe(0))
  })

  test('who asks and does not read is not read any more', async () => {
    const raw = await openAcknowledged(server)
    raw.socket.pause()
    const payload = { text: 'x'.repeat(50_000) }
    for (let at = 0; at < 400; at++) raw.send({ type: 'ping', payload })
    // Of 20 MB some is in the buffers of the system, the rest still with the one who sends.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(raw.socket.bufferedAmount).toBeGreaterThan(1_000_000)
    raw.socket.resume()
    for (let at = 0; at < 400; at++) expect((await raw.take()).type).toBe('pong')
  })
})

describe('G50 when the server stops', () => {
  test('sockets are closed with 1001, streams and all, and no new one is let in', async () => {
    const host = createTickHost()
    const server = await startServer(host.options)
    const { accessToken } = await server.signUp()
    const streaming = await openAcknowledged(server, bearing(accessToken))
    subscribe(streaming, 'subscription { orders }')
    await streaming.take()
    const sockets = [streaming, await openAcknowledged(server), await openRaw(server)]
    await server.sallyport.close()
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1001, 1001, 1001])
    expect(host.waiting.size).toBe(0)
    await expect(tryUpgrade(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('an operation under way gives its result first', async () => {
    const server = await startServer(createTickHost().options)
    const raw = await openAcknowledged(server)
    const answer = ask(raw, '{ slow }')
    await vi.waitFor(() => expect(raw.socket.bufferedAmount).toBe(0))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await server.sallyport.close()
    expect(await answer).toEqual({ data: { slow: 1 } })
    expect(await raw.closed).toBe(1001)
  })
})
