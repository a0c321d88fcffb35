import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OptionError } from '../base/errors.js'
import type { ListenConfig } from '../base/options.js'

const DRAIN_MS = 10_000

export interface Listening {
  readonly url: string
  readonly port: number
  /** Takes no new connection, lets requests under way finish (10 s at most), and resolves when all are closed. */
  close(): Promise<void>
}

/** Throws `OptionError` naming `port` or `host` when the address cannot be had. */
export async function listen(listener: RequestListener, config: ListenConfig): Promise<Listening> {
  let draining = false
  const server = createServer((request, response) => {
    if (draining) response.setHeader('connection', 'close')
    listener(request, response)
  })
  await bind(server, config)
  const { port } = server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return {
    port,
    url: `http://${host}:${port}`,
    close() {
      draining = true
      return closeServer(server)
    },
  }
}

function bind(server: Server, { port, host }: ListenConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, host)))
    server.listen(port, host, resolve)
  })
}

function explain(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') return new OptionError('port', `${port} is in use`, { cause: error })
  if (error.code === 'EACCES') return new OptionError('port', `${port} may not be used`, { cause: error })
  return new OptionError('host', `cannot listen on ${JSON.stringify(host)} (${error.code})`, { cause: error })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
