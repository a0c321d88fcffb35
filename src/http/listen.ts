import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { OptionError } from '../base/errors.js'
import type { ConnectionConfig, ListenConfig } from '../base/listen-options.js'
import { inTurn } from './in-turn.js'
import { createLoopTurns } from './loop-turns.js'
import { serveAnew } from './serve-anew.js'
import { createSocketTurns } from './socket-turns.js'
import { isWebSocket, type UpgradeListener } from './websocket/socket-door.js'

const DRAIN_MS = 7_000
/** How often Node looks for requests that are late. Its own 30 s would make a short limit a long one. */
const CHECK_MS = 1_000
/** What a client sent before it could know has arrived by then. */
const SILENCE_MS = 500
/** How long connections that the system has accepted are taken from it, while more of them come. */
const ACCEPT_MS = 2_000
/** In the first turn of the event loop without a connection, the last ones may not have been read yet. */
const QUIET_TURNS = 2

export interface Listening {
  readonly url: string
  readonly port: number
  /** Takes no new connection, lets requests under way finish (7 s at most), and resolves when all are closed. */
  close(): Promise<void>
}

/** Throws `OptionError` naming `port` or `host` when the address cannot be had. */
export async function listen(
  { handler, upgrade }: { handler: RequestListener; upgrade: UpgradeListener },
  config: ListenConfig & ConnectionConfig,
): Promise<Listening> {
  /** With what is under way on each: of a connection that is gone, not every response is told. */
  const connections = new Map<Socket, Set<ServerResponse>>()
  let draining = false
  let accepted = 0
  const underWayOn = (socket: Socket) => connections.get(socket) ?? new Set<ServerResponse>()
  function forget(this: ServerResponse): void {
    underWayOn(this.req.socket).delete(this)
    // Its headers may have been sent before the stop, and then the connection is kept alive.
    if (draining) setImmediate(() => server.closeIdleConnections())
  }

  const takeInTurn = createSocketTurns()
  const startInTurn = createLoopTurns()
  const limits = {
    keepAliveTimeout: config.keepAliveSeconds * 1_000,
    headersTimeout: config.headersSeconds * 1_000,
    requestTimeout: config.requestSeconds * 1_000,
    connectionsCheckingInterval: CHECK_MS,
  }
  const server = createServer(limits, (request, response) => {
    if (draining) closeAfter(response)
    underWayOn(request.socket).add(response)
    response.once('close', forget)
    // Read while it is there: Node forgets the address with the connection, and a limit counts by it.
    void request.socket.remoteAddress
    takeInTurn(request.socket, response, () => startInTurn(() => handler(request, response)))
  })
  server.on('upgrade', (request, socket, first) => {
    inTurn(request.socket, underWayOn(request.socket), () => {
      if (isWebSocket(request)) upgrade(request, socket, first)
      else serveAnew(server, request, socket, first)
    })
  })
  server.on('connection', (socket) => {
    // One whose upgrade was declined comes again.
    if (connections.has(socket)) return
    accepted++
    connections.set(socket, new Set())
    socket.once('close', () => connections.delete(socket))
  })
  await bind(server, config)
  const { port } = server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return {
    port,
    url: `http://${host}:${port}`,
    async close() {
      draining = true
      for (const responses of connections.values()) for (const response of responses) closeAfter(response)
      // To close the listener resets the connections that wait to be accepted, and their requests are lost.
      await untilQuiet(() => accepted)
      await closeServer(server, {
        dropSilent() {
          // Opened in advance, as browsers do: the end would wait for them.
          for (const socket of connections.keys()) if (socket.bytesRead === 0) socket.destroy()
        },
        dropUnderWay() {
          for (const [socket, responses] of connections) if (responses.size > 0) socket.destroy()
        },
      })
    },
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}

function bind(server: Server, { port, host }: ListenConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    // Also later, when no file is left to accept a connection with: that one is lost, and the server goes on.
    server.on('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, host)))
    server.listen(port, host, resolve)
  })
}

function explain(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') return new OptionError('port', `${port} is in use`, { cause: error })
  if (error.code === 'EACCES') return new OptionError('port', `${port} may not be used`, { cause: error })
  return new OptionError('host', `cannot listen on ${JSON.stringify(host)} (${error.code})`, { cause: error })
}

/** Resolves when the count stays the same for some turns of the event loop. */
async function untilQuiet(count: () => number): Promise<void> {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
  }, ACCEPT_MS)
  for (let quiet = 0, seen = count(); quiet < QUIET_TURNS && !isLate; seen = count()) {
    await nextTurn()
    quiet = count() === seen ? quiet + 1 : 0
  }
  clearTimeout(timer)
}

function closeServer(
  server: Server,
  { dropSilent, dropUnderWay }: { dropSilent: () => void; dropUnderWay: () => void },
): Promise<void> {
  return new Promise((resolve) => {
    const silence = setTimeout(dropSilent, SILENCE_MS)
    const drain = setTimeout(() => {
      // Node's own list lacks those with an upgrade that waits for its turn.
      dropUnderWay()
      server.closeAllConnections()
    }, DRAIN_MS)
    server.close(() => {
      clearTimeout(silence)
      clearTimeout(drain)
      resolve()
    })
    server.closeIdleConnections()
  })
}
