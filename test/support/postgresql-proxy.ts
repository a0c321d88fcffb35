import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * What becomes of the next COMMIT: `lost`: it reaches the database, and its answer is lost with the connection. `late`: the
 * same, and no new connection is let through until `restore`. `unsent`: the connection is cut before.
 */
export type Cut = 'lost' | 'late' | 'unsent'

/** A TCP proxy before PostgreSQL, whose connections die where they are told to. */
export interface PostgresqlProxy {
  readonly url: string
  /** Cuts the connection that sends the next COMMIT. */
  cutAtCommit(cut: Cut): void
  restore(): void
  close(): Promise<void>
}

// In the simple protocol, as the adapter sends it.
const COMMIT = Buffer.from('COMMIT\0')

export async function openProxy(databaseUrl: string): Promise<PostgresqlProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let pending: Cut | null = null
  let isDown = false

  function pipe(client: Socket): void {
    const server = connect({ host: target.hostname, port: Number(target.port) })
    const end = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    server.on('data', (chunk) => client.write(chunk))
    client.on('data', (chunk: Buffer) => {
      if (pending === null || !chunk.includes(COMMIT)) return void server.write(chunk)
      const cut = pending
      pending = null
      if (cut === 'late') isDown = true
      if (cut === 'unsent') return end()
      server.removeAllListeners('data')
      // The answer: it holds.
      server.once('data', () => {
        if (isDown) for (const socket of sockets) socket.destroy()
        end()
      })
      server.write(chunk)
    })
  }

  const listener = createServer((client) => {
    if (isDown) client.destroy()
    else pipe(client)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    url: url.href,
    cutAtCommit(cut) {
      pending = cut
    },
    restore() {
      isDown = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      listener.close()
    },
  }
}
