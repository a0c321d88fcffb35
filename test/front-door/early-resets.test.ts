import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { requestText, sendRaw } from '../support/raw-http.js'
import { PASSWORD, startServer, type TestServer } from '../support/server.js'
import { tryUpgrade } from '../support/web-socket.js'

const SIGN_UP = 'mutation ($input: SignupInput!) { signup(input: $input) { tokenType } }'
const bodyOf = (username: string) =>
  JSON.stringify({ query: SIGN_UP, variables: { input: { username, password: PASSWORD } } })
const textOf = (username: string) =>
  requestText('POST /graphql', ['Host: x', 'Content-Type: application/json'], bodyOf(username))

/** Connects, sends each text on a connection of its own, and resets them all. */
const RESET = `
  const [port, ...texts] = process.argv.slice(1)
  for (const text of texts) {
    const socket = require('node:net').connect(Number(port), '127.0.0.1')
    socket.write(text, () => socket.resetAndDestroy())
  }
`

/** Nothing is accepted before all of them are gone, since this process waits for the other. */
function resetBeforeAccepted(origin: string, texts: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, ['-e', RESET, new URL(origin).port, ...texts])
  if (status !== 0) throw new Error(String(stderr))
}

/** Where a host listens. */
async function open(host: Server): Promise<string> {
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void host.close())
  return `http://127.0.0.1:${(host.address() as AddressInfo).port}`
}

const signUp = ({ ask }: TestServer, username: string) =>
  ask(SIGN_UP, { variables: { input: { username, password: PASSWORD } } })

/** Of what was asked before, nothing has run, or it would have taken these names. */
async function expectNothingRan(server: TestServer, names: readonly string[]): Promise<void> {
  for (const name of names) expect((await signUp(server, name)).code).toBeUndefined()
  expect((await signUp(server, 'zoe')).code).toBe('RATE_LIMITED')
}

describe('who resets the connection before it is accepted signs nobody up', () => {
  test('at a server of ours', async () => {
    const server = await startServer({ signupsPerSource: 2 })
    resetBeforeAccepted(
      server.origin,
      Array.from({ length: 8 }, (_, at) => textOf(`user${at % 4}`)),
    )
    await expectNothingRan(server, ['user0', 'user1'])
  })

  test.each(['handler', 'fetch'] as const)('at a host that has `%s`', async (way) => {
    const server = await startServer({ signupsPerSource: 2 })
    const { sallyport } = server
    const answers: Promise<Response>[] = []
    const host = createServer((req, res) => {
      // As the kernel says of one that was reset.
      Object.defineProperty(req.socket, 'remoteAddress', { get: () => undefined })
      if (way === 'handler') return sallyport.handler(req, res)
      const headers = { 'content-type': 'application/json' }
      const asked = new Request(server.url, { method: 'POST', headers, body: bodyOf('ada') })
      answers.push(sallyport.fetch(asked, { req }))
      req.socket.destroy()
    })
    const origin = await open(host)
    for (let at = 0; at < 3; at++) await expect(sendRaw(origin, textOf('ada'))).rejects.toThrow()
    for (const answer of answers) expect((await answer).status).toBe(400)
    await expectNothingRan(server, ['ada', 'bob'])
  })

  test('and one that is gone when the host is ready to hand it over is not served either', async () => {
    const server = await startServer({ signupsPerSource: 2 })
    const host = createServer(async (req, res) => {
      let text = ''
      for await (const chunk of req) text += chunk
      const gone = once(req.socket, 'close')
      req.socket.resetAndDestroy()
      await gone
      server.sallyport.handler(Object.assign(req, { body: JSON.parse(text) }), res)
    })
    const origin = await open(host)
    for (let at = 0; at < 3; at++) await expect(sendRaw(origin, textOf('ada'))).rejects.toThrow()
    await expectNothingRan(server, ['ada', 'bob'])
  })

  test('and opens no WebSocket', async () => {
    const { sallyport } = await startServer()
    const host = createServer()
    host.on('upgrade', (req, socket, head) => {
      Object.defineProperty(req.socket, 'remoteAddress', { get: () => undefined })
      sallyport.upgrade(req, socket, head)
    })
    const url = await open(host)
    await expect(tryUpgrade({ url }, { path: '/graphql' })).rejects.toThrow('socket hang up')
  })
})

test('a Unix socket, which has no addresses at all, is served', async () => {
  const { sallyport } = await startServer()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-socket-'))
  const host = createServer(sallyport.handler)
  onTestFinished(async () => {
    host.close()
    await rm(folder, { recursive: true })
  })
  const socketPath = join(folder, 'socket')
  await new Promise<void>((resolve) => host.listen(socketPath, resolve))
  const asked = get({ socketPath, path: '/graphql?query={whoami{state}}' })
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  expect(answer?.statusCode).toBe(200)
  answer?.resume()
})
