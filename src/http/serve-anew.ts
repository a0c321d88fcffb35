import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** What is between this hop and the client alone. */
const DROPPED: ReadonlySet<string> = new Set(['upgrade', 'http2-settings'])

/**
 * Answers a request whose upgrade is none of ours as if it had not asked for one (RFC 9110 §7.8): Java's client and curl ask
 * for HTTP/2 so. A Node server that listens for upgrades takes every one, and leaves no way back but to read the request again.
 */
export function serveAnew(server: Server, request: IncomingMessage, socket: Duplex, first: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]]
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value
    if (!DROPPED.has(name.toLowerCase())) lines.push(`${name}: ${kept}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), first]))
  server.emit('connection', socket)
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim())
  return options.filter((option) => !DROPPED.has(option.toLowerCase())).join(', ')
}
