import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that one connection may have under way; a pipelining client waits for the rest. */
const MAX_UNDER_WAY = 20

interface Turns {
  running: number
  isPaused: boolean
  readonly waiting: (() => void)[]
}

/**
 * Starts the requests of each connection, at most `MAX_UNDER_WAY` at once. The socket is paused while requests wait, so
 * that one connection with thousands of pipelined requests neither fills memory nor delays the other connections.
 */
export function createSocketTurns() {
  const turnsOf = new WeakMap<Socket, Turns>()

  return (socket: Socket, response: ServerResponse, start: () => void): void => {
    const turns = turnsOf.get(socket) ?? { running: 0, isPaused: false, waiting: [] }
    turnsOf.set(socket, turns)
    const run = () => {
      turns.running++
      response.once('close', () => {
        turns.running--
        const next = turns.waiting.shift()
        if (next !== undefined && !socket.destroyed) setImmediate(next)
        if (turns.waiting.length > 0 || !turns.isPaused) return
        turns.isPaused = false
        // After an upgrade the socket has no reader yet, and to resume would lose what the client sent.
        if (socket.listenerCount('data') > 0) socket.resume()
      })
      start()
    }
    if (turns.running < MAX_UNDER_WAY && turns.waiting.length === 0) {
      run()
      return
    }
    turns.waiting.push(run)
    turns.isPaused = true
    socket.pause()
  }
}
