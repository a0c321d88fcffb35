import type { IncomingMessage } from 'node:http'

/**
 * Whether nobody is there to be answered, and nothing tells who it was: a connection that was reset before it was accepted
 * is read like any other, and its request would come from nowhere, so that none of its attempts counted. A socket without
 * addresses of its own, as a Unix socket, is no such one. To ask also keeps the address: Node forgets it with the
 * connection, unless somebody asked before.
 */
export function isPeerGone(socket: IncomingMessage['socket']): boolean {
  return socket.remoteAddress === undefined && (socket.localAddress !== undefined || socket.destroyed)
}
