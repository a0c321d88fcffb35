import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { requestText, sendRaw } from '../support/raw-http.js'
import { startSharedServer } from '../support/server.js'
import { PROTOCOL } from '../support/web-socket.js'

const WHOAMI = '{ whoami { state } }'
const BIG = 'x'.repeat(300_000)

/** What `slow` waits for. */
const waiting: (() => void)[] = []
let whenAsked = () => {}

const server = await startSharedServer({
  typeDefs: 'type Query { slow: Int @public } type Subscription { big: String! @public }',
  resolvers: {
    Query: {
      slow: () =>
        new Promise((resolve) => {
          waiting.push(() => resolve(1))
          whenAsked()
        }),
    },
    Subscription: {
      big: {
        async *subscribe() {
          for (let at = 0; at < 5; at++) yield { big: BIG }
        },
      },
    },
  },
})

const target = (query: string) => `GET /graphql?${new URLSearchParams({ query })}`
/** A request after which the connection goes on. */
const kept = (query: string, ...more: string[]) =>
  requestText(target(query), ['Host: x', ...more]).replace('Connection: close\r\n', '')
/** As Java's client and curl ask for HTTP/2. */
const h2c = (query: string, connection = 'Upgrade, HTTP2-Settings') =>
  requestText(target(query), ['Host: x', 'Upgrade: h2c']).replace('close', connection)
const LAST = h2c(WHOAMI, 'close, Upgrade, HTTP2-Settings')
const WEB_SOCKET = requestText('GET /graphql', [
  'Host: x',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  `Sec-WebSocket-Protocol: ${PROTOCOL}`,
]).replace('close', 'Upgrade')

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0

describe('an upgrade behind a request that is under way', () => {
  /** Sends it all at once, and reads until `isEnough`, or the server hangs up. */
  function read(text: string, isEnough: (read: string) => boolean): Promise<string> {
    const { hostname, port } = new URL(server.origin)
    const socket = connect(Number(port), hostname)
    onTestFinished(() => void socket.destroy())
    socket.write(text)
    let read = ''
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', () => resolve(read))
      socket.on('data', (chunk) => {
        read += chunk.toString('latin1')
        if (isEnough(read)) resolve(read)
      })
    })
  }

  async function untilWaiting(): Promise<() => void> {
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        whenAsked = resolve
      })
    }
    return waiting.shift() as () => void
  }

  test.each([1, 2, 3])('that is declined is answered after all %i before it', async (before) => {
    const reading = read(kept('{ slow }').repeat(before) + LAST, () => false)
    for (let at = 0; at < before; at++) (await untilWaiting())()
    const answers = [...(await reading).matchAll(/\{"data":\S*\}/g)].map(([body]) => body)
    expect(answers).toEqual([
      ...Array.from({ length: before }, () => '{"data":{"slow":1}}'),
      '{"data":{"whoami":{"state":"ANONYMOUS"}}}',
    ])
  })

  test('to a WebSocket is answered after it', async () => {
    const reading = read(kept('{ slow }') + WEB_SOCKET, (text) => text.includes(' 101 '))
    ;(await untilWaiting())()
    expect(await reading).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"slow":1\}\}HTTP\/1\.1 101 /)
  })

  test('waits for a stream that is larger than what the connection takes at once', async () => {
    const stream = kept('subscription { big }', 'Accept: text/event-stream')
    const text = await read(stream + LAST, () => false)
    expect(count(text, /x{300000}/g)).toBe(5)
    expect(text.endsWith('{"data":{"whoami":{"state":"ANONYMOUS"}}}')).toBe(true)
  })

  test('does nothing where the client hangs up first', async () => {
    const { hostname, port } = new URL(server.origin)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write(kept('{ slow }') + WEB_SOCKET)
    const answer = await untilWaiting()
    socket.resetAndDestroy()
    answer()
    expect((await server.ask(WHOAMI)).status).toBe(200)
  })
})

test('however many upgrades one connection asks for, nothing is left of those that were declined', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const { body } = await sendRaw(server.origin, h2c(WHOAMI).repeat(20) + LAST)
  expect(count(body, /ANONYMOUS/g)).toBe(21)
  expect(warnings).toEqual([])
})
