import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Goes on with a connection once what was asked on it before is answered (RFC 9112 §9.3.2): Node hands an upgrade over as
 * soon as it has read it, and what is written then overtakes those answers, or is never sent. Does nothing where the
 * connection ends with them.
 */
export function inTurn(socket: Socket, before: ReadonlySet<ServerResponse>, goOn: () => void): void {
  const last = [...before].at(-1)
  if (last === undefined) {
    goOn()
    return
  }
  // Node listens no more on a socket that it has handed over, though it still writes to it.
  const ignore = () => {}
  const drain = () => {
    for (const response of before) if (response.socket === socket) response.emit('drain')
  }
  socket.on('error', ignore)
  socket.on('drain', drain)
  last.once('close', () => {
    if (!socket.writable) return
    socket.off('error', ignore)
    socket.off('drain', drain)
    // It was set as for a connection that waits for its next request.
    socket.setTimeout(0)
    goOn()
  })
}
