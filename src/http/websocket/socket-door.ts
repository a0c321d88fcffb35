import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import { AuthError } from '../../base/errors.js'
import { toGraphQLError } from '../../base/graphql-error.js'
import type { LocationConfig } from '../../base/location-options.js'
import type { Logger } from '../../base/logger.js'
import { answerConcealed } from '../answer-failure.js'
import type { GraphQLServer } from '../graphql-server.js'
import { answerError, answerRefusal, HttpRefusal, nothingHere, type PlainAnswer } from '../http-refusal.js'
import { findInvalidDocument } from '../invalid-document.js'
import { createHostCheck, targetOf } from '../node-exchange.js'
import { isFromForeignOrigin } from '../origin.js'
import { isPeerGone } from '../peer.js'
import { asError, conceal, failureOf, logFailure } from '../public-error.js'
import type { RequestLog } from '../request-log.js'
import type { RewordError } from '../reword-errors.js'
import { answerUpgrade } from './answer-upgrade.js'
import { type Conversation, createProtocol } from './conversation.js'
import { createKeepAlive } from './keep-alive.js'
import { createSocketOperations } from './operations.js'
import { headOfUpgrade, paramNamesOf } from './socket-head.js'

/** How long operations under way have to give their result, as requests have. */
const DRAIN_MS = 7_000
/** How long a peer that was told to go has to hang up. */
const CLOSE_MS = 5_000
const PING_MS = 15_000
/** Those that `ws` speaks. */
const VERSIONS = ['13', '8']

/** The `upgrade` event of a Node server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** The way in by WebSocket. */
export interface SocketDoor {
  /** Takes over the socket, whatever becomes of the upgrade. */
  upgrade: UpgradeListener
  /** Takes no new sockets, lets operations with one result finish (7 s at most), and resolves when all are closed. */
  close(): Promise<void>
}

export function createSocketDoor(parts: {
  readonly graphql: GraphQLServer
  readonly endpoint: string
  readonly locations: LocationConfig
  readonly corsOrigins: ReadonlySet<string>
  readonly maxBodyBytes: number
  readonly maxOperations: number
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly logger: Logger
  readonly log: RequestLog
  readonly reword: RewordError
}): SocketDoor {
  const { graphql, endpoint, locations, corsOrigins, logger, log, reword } = parts
  const requireHost = createHostCheck()
  const keepAlive = createKeepAlive(PING_MS)
  const conversations = new Set<Conversation>()
  let isClosing = false

  // Its types do not know `closeTimeout` yet.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: parts.maxBodyBytes,
    perMessageDeflate: false,
    closeTimeout: CLOSE_MS,
    handleProtocols,
  } as ConstructorParameters<typeof WebSocketServer>[0])
  server.on('wsClientError', (error, socket, request) => {
    const answer = answerRefusal(new HttpRefusal(400, `${error.message}.`), reword)
    if (!VERSIONS.includes(request.headers['sec-websocket-version'] ?? '')) {
      // RFC 6455 §4.4: so that the client can try again with one of them.
      answer.headers['sec-websocket-version'] = VERSIONS.join(', ')
    }
    refuse(request, socket, answer)
  })

  const converse = createProtocol({
    paramNames: paramNamesOf(locations),
    maskErrors: (errors) =>
      errors.flatMap((error) => {
        const invalid = findInvalidDocument(error)
        if (invalid !== undefined) return invalid.errors.map((one) => one.toJSON())
        const concealed = conceal(asError(error))
        const failure = failureOf(concealed)
        if (failure !== undefined) logFailure(logger, failure)
        return reword(toGraphQLError(concealed), {}).toJSON()
      }),
  })

  /** Throws an `HttpRefusal` or an `AuthError` for what is not to be let in. */
  function requireWelcome(request: IncomingMessage): void {
    if (isClosing) throw new AuthError('UNAVAILABLE', { retryAfterSeconds: 1 })
    const { path, fullPath } = targetOf(request, requireHost)
    if (path !== endpoint && fullPath !== endpoint) throw nothingHere(endpoint)
    if (!isWebSocket(request)) throw new HttpRefusal(400, 'There is an upgrade to websocket, and no other.')
    if (isFromForeignOrigin(request, corsOrigins)) {
      throw new AuthError('CSRF_FAILED', { message: 'A page of this origin may not open a WebSocket here.' })
    }
    if (handleProtocols(request.headers['sec-websocket-protocol'] ?? '') === false) {
      throw new HttpRefusal(400, `The subprotocol must be ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`)
    }
  }

  function refuse(request: IncomingMessage, socket: Duplex, answer: PlainAnswer): void {
    const entry = log.begin(String(request.headers['x-request-id'] ?? ''))
    const headers = { ...parts.headers, ...answer.headers, 'x-request-id': entry.id }
    answerUpgrade(socket, { ...answer, headers })
    log.end(entry, answer)
  }

  function answerOf(error: unknown): PlainAnswer {
    if (error instanceof HttpRefusal) return answerRefusal(error, reword)
    return error instanceof AuthError ? answerError(error, reword) : answerConcealed(error, reword)
  }

  return {
    upgrade(request, line, first) {
      // A peer that goes away is nobody's failure, and unheard it would end the process.
      line.on('error', () => {})
      if (isPeerGone(request.socket)) {
        line.destroy()
        return
      }
      try {
        requireWelcome(request)
      } catch (error) {
        refuse(request, line, answerOf(error))
        return
      }
      server.handleUpgrade(request, line, first, (socket) => {
        const operations = createSocketOperations({
          graphql,
          log,
          reword,
          max: parts.maxOperations,
          bodyTokens: locations.bodyTokens,
        })
        const conversation = converse({ socket, line, operations, head: headOfUpgrade(request) })
        conversations.add(conversation)
        socket.once('close', () => conversations.delete(conversation))
        keepAlive(socket)
      })
    },

    async close() {
      isClosing = true
      const timer = setTimeout(() => {
        for (const socket of server.clients) socket.terminate()
      }, DRAIN_MS)
      await Promise.all([...conversations].map((conversation) => conversation.end()))
      clearTimeout(timer)
    },
  }
}

/** Whether a request that asks for an upgrade asks for this one. */
export function isWebSocket({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}
