import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { PlainAnswer } from '../http-refusal.js'

/** How long a peer that was refused has to hang up. */
const LINGER_MS = 1_000

/** Refuses an upgrade, on the socket itself: there is no response for one. */
export function answerUpgrade(socket: Duplex, { status, headers, body }: PlainAnswer): void {
  const all = { ...headers, connection: 'close', 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`)
  socket.end(body)
  // What it still sends is read for nothing: to reset the connection would take the answer from it.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}
