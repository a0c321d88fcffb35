import { once } from 'node:events'
import { type Client, type ClientOptions, createClient } from 'graphql-ws'
import { onTestFinished } from 'vitest'
import { type ClientOptions as SocketOptions, WebSocket } from 'ws'
import { noteSecretsIn } from './leaks.js'
import type { TestServer } from './server.js'

export const PROTOCOL = 'graphql-transport-ws'

// biome-ignore lint/suspicious/noExplicitAny: messages are compared, member by member, with what is expected
export type Message = any

type Address = Pick<TestServer, 'url'>

const addressOf = ({ url }: Address) => url.replace(/^http/, 'ws')

/** A socket that says what it likes. */
export interface RawSocket {
  readonly socket: WebSocket
  /** What came and was not taken yet. */
  readonly messages: Message[]
  send(message: unknown): void
  /** The next message. */
  take(): Promise<Message>
  /** Its close code, once it is closed. */
  readonly closed: Promise<number>
}

/** One that is open. */
export async function openRaw(server: Address, options: SocketOptions = {}): Promise<RawSocket> {
  const socket = new WebSocket(addressOf(server), PROTOCOL, options)
  onTestFinished(() => socket.terminate())
  const messages: Message[] = []
  let wakeUp = () => {}
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => {
      resolve(code)
      wakeUp()
    })
  })
  socket.on('error', () => {})
  socket.on('message', (data) => {
    const message = JSON.parse(String(data))
    noteSecretsIn(message)
    messages.push(message)
    wakeUp()
  })
  await once(socket, 'open')
  return {
    socket,
    messages,
    send: (message) =>
      socket.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
    async take() {
      while (messages.length === 0) {
        if (socket.readyState === WebSocket.CLOSED) throw new Error('closed')
        await new Promise<void>((resolve) => {
          wakeUp = resolve
        })
      }
      return messages.shift()
    },
    closed,
  }
}

/** One that is acknowledged. */
export async function openAcknowledged(
  server: Address,
  { params, ...options }: SocketOptions & { params?: object } = {},
): Promise<RawSocket> {
  const raw = await openRaw(server, options)
  raw.send({ type: 'connection_init', payload: params })
  const { type } = await raw.take()
  if (type !== 'connection_ack') throw new Error(`not acknowledged: ${type}`)
  return raw
}

export const bearing = (token: string) => ({ params: { Authorization: `Bearer ${token}` } })

let counter = 0

/** Asks for an operation, and answers its id. */
export function subscribe({ send }: RawSocket, query: string, variables?: object): string {
  const id = String(++counter)
  send({ type: 'subscribe', id, payload: { query, variables } })
  return id
}

/** The one result of an operation; the errors of one that is not valid. */
export async function ask(raw: RawSocket, query: string, variables?: object): Promise<Message> {
  const id = subscribe(raw, query, variables)
  const result = await raw.take()
  if (result.id === id && result.type === 'error') return { errors: result.payload }
  const end = await raw.take()
  if (result.id !== id || end.type !== 'complete') throw new Error(JSON.stringify([result, end]))
  return result.payload
}

export const codeOf = async (raw: RawSocket, query: string, variables?: object): Promise<string> =>
  (await ask(raw, query, variables)).errors?.[0].extensions.code ?? 'ok'

/** How an upgrade is asked for. */
export type Upgrade = SocketOptions & { path?: string; protocols?: string }

/** The status by which an upgrade is refused, and what is said of it. 101: it is not. */
export function tryUpgrade(
  server: Address,
  { path, protocols = PROTOCOL, ...options }: Upgrade = {},
): Promise<{ status: number; body: Message }> {
  const url = path === undefined ? addressOf(server) : new URL(path, addressOf(server))
  const socket = new WebSocket(url, protocols === '' ? [] : protocols, options)
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.terminate()
      resolve({ status: 101, body: null })
    })
    socket.once('error', reject)
    socket.once('unexpected-response', async (_request, response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
    })
  })
}

/** The client that frontends use. */
export function createWsClient(server: Address, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    url: addressOf(server),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
  })
  onTestFinished(() => void client.dispose())
  return client
}
