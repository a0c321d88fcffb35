import type { WebSocket } from 'ws'
import { createRounds } from '../../base/rounds.js'

/** Drops whoever does not answer a ping until the next: of a peer whose line was cut nothing else would tell. */
export function createKeepAlive(everyMs: number): (socket: WebSocket) => void {
  const rounds = createRounds(everyMs)
  return (socket) => {
    let isAlive = true
    const look = () => {
      if (!isAlive) return socket.terminate()
      isAlive = false
      socket.ping()
    }
    socket.on('pong', () => {
      isAlive = true
    })
    socket.once('close', () => rounds.remove(look))
    rounds.add(look)
  }
}
