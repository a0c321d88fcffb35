import { Agent, createServer, request, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { SECRET } from '../support/server.js'
import { makeFolder } from './start-process.js'
import { type RunningServer, startServer } from './start-server.js'

const LOOK_EVERY_MS = 50

/** A plain proxy: it keeps connections, retries nothing, and sends each request to the next server that is ready. */
async function startProxy(ports: readonly number[]): Promise<string> {
  const agent = new Agent({ keepAlive: true })
  const ready = new Set<number>()
  let turn = 0

  async function look(port: number): Promise<void> {
    const status = await fetch(`http://127.0.0.1:${port}/ready`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) ready.add(port)
    else ready.delete(port)
  }

  const server: Server = createServer((from, to) => {
    const port = [...ready][turn++ % ready.size]
    const { method, url: path, headers } = from
    const fail = () => (to.headersSent ? to.destroy() : to.writeHead(502).end())
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      to.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.on('error', fail).pipe(to)
    })
    from.pipe(sent.on('error', fail))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await Promise.all(ports.map(look))
  const timer = setInterval(() => ports.forEach(look), LOOK_EVERY_MS)
  onTestFinished(() => {
    clearInterval(timer)
    agent.destroy()
    server.close().closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

async function findPort(): Promise<number> {
  const server = createSocketServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('F28: servers that restart one after the other behind a proxy that looks at /ready lose no request', async () => {
  const folder = [await makeFolder(), await makeFolder()]
  const ports = [await findPort(), await findPort()]
  const start = (at: number) =>
    startServer({
      folder: folder[at] ?? '',
      env: { PORT: String(ports[at]), JWT_SECRET_KEY: SECRET, SHUTDOWN_DELAY: '1s' },
    })
  const running: RunningServer[] = [await start(0), await start(1)]
  const url = await startProxy(ports)

  const statuses = new Map<number | string, number>()
  let isOver = false
  const ask = async () => {
    while (!isOver) {
      const status = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ whoami { state } }' }),
      }).then(
        async (response) => {
          await response.text()
          return response.status
        },
        (error) => String(error.cause?.code),
      )
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      await delay(10)
    }
  }
  const clients = Array.from({ length: 4 }, ask)
  for (const at of [0, 1]) {
    running[at]?.child.kill('SIGTERM')
    expect(await running[at]?.ended).toMatchObject({ code: 0 })
    await start(at)
    await delay(4 * LOOK_EVERY_MS)
  }
  isOver = true
  await Promise.all(clients)
  expect([...statuses.keys()]).toEqual([200])
})
