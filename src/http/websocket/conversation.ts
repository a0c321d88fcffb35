import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { buildSchema, type ExecutionArgs, parse } from 'graphql'
import { makeServer } from 'graphql-ws'
import type { RawData, WebSocket } from 'ws'
import type { Events, SocketOperations } from './operations.js'
import { BadMessage, type SocketHead, withParams } from './socket-head.js'

/** How long a peer has for its `connection_init`. */
const INIT_MS = 3_000
/** Of what a peer has not read yet; as long as there is more, nothing more is read of it. */
const MAX_UNREAD_BYTES = 256_000

const CLOSE = { goingAway: 1001, textOnly: 1003, badMessage: 4400 } as const

/** One socket, as the protocol sees it. */
export interface Peer {
  readonly socket: WebSocket
  /** What it is on. */
  readonly line: Duplex
  readonly operations: SocketOperations
  /** Of the upgrade; with `connectionParams`, once they are there. */
  head: SocketHead
}

export interface Conversation {
  /** Lets operations that have one result give it, and ends with 1001. Resolves when the socket is closed. */
  end(): Promise<void>
}

/** The protocol asks for a schema and a document; what an operation is, and who may ask it, is judged as for HTTP. */
const UNUSED = { schema: buildSchema('type Query { unused: Int }'), document: parse('{ unused }') }

type Begin = () => Events

/** Speaks `graphql-transport-ws` with peers, by graphql-ws. `maskErrors` shows what an operation fails by. */
export function createProtocol(parts: {
  readonly paramNames: ReadonlySet<string>
  readonly maskErrors: (errors: readonly unknown[]) => readonly { message: string }[]
}): (peer: Peer) => Conversation {
  const protocol = makeServer<Record<string, unknown>, Peer>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect({ connectionParams, extra }) {
      extra.head = withParams(extra.head, connectionParams ?? {}, parts.paramNames)
    },
    onSubscribe({ extra: { operations, head } }, _id, payload) {
      const begin: Begin = () => operations.begin(head, payload)
      return { ...UNUSED, contextValue: begin }
    },
    execute: ({ contextValue }: ExecutionArgs) => (contextValue as Begin)(),
    onError: (_context, _id, _payload, errors) => parts.maskErrors(errors),
  })

  return (peer) => {
    const { socket, line, operations } = peer
    let isEnding = false

    /** Or answers would pile up here, for as long as it asks. */
    function waitForReader(): void {
      if (socket.isPaused || line.writableLength <= MAX_UNREAD_BYTES) return
      socket.pause()
      line.once('drain', () => socket.resume())
    }

    function heed(data: RawData, isBinary: boolean, onMessage: (text: string) => Promise<void>): void {
      // What comes after it was told to go does nothing any more.
      if (isEnding || socket.readyState !== socket.OPEN) return
      if (isBinary) {
        socket.close(CLOSE.textOnly, 'Messages are text')
        return
      }
      onMessage(String(data)).catch((error: unknown) => {
        const reason = error instanceof BadMessage ? error.message : 'Invalid message received'
        socket.close(CLOSE.badMessage, reason)
      })
      waitForReader()
    }

    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (onMessage) => socket.on('message', (data, isBinary) => heed(data, isBinary, onMessage)),
      },
      peer,
    )
    socket.on('ping', waitForReader)
    // With its own close code; a peer's mistakes are nobody's failure.
    socket.on('error', () => {})
    const hasClosed = new Promise<void>((resolve) => {
      socket.once('close', (code, reason) => {
        operations.stop()
        closed(code, String(reason)).catch(() => {})
        resolve()
      })
    })

    return {
      async end() {
        isEnding = true
        await Promise.race([operations.settle(), hasClosed])
        // What says that a result was the last goes out behind it.
        await setImmediate()
        socket.close(CLOSE.goingAway, 'Going away')
        await hasClosed
      },
    }
  }
}

function send(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) socket.send(text, () => resolve())
    else resolve()
  })
}
