import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { type OptionRows, over } from './row.js'

/** The first line of what a client gets that sends a part of a request, within some seconds. */
async function findEnd(origin: string, part: string): Promise<string> {
  const { port, hostname } = new URL(origin)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.write(part)
  const answered = once(socket, 'data').then(([bytes]) => String(bytes).split('\r\n')[0] ?? '')
  return Promise.race([answered, delay(2_500, 'it waits')])
}

export const CONNECTIONS: OptionRows = {
  keepAliveTimeout: {
    value: '5s',
    observe: over(async ({ origin }) => (await fetch(`${origin}/health`)).headers.get('keep-alive')),
    usual: 'timeout=65',
    flipped: 'timeout=5',
  },
  headersTimeout: {
    value: '1s',
    observe: over(({ origin }) => findEnd(origin, 'POST /graphql HTTP/1.1\r\nhost: x\r\n')),
    usual: 'it waits',
    flipped: 'HTTP/1.1 408 Request Timeout',
  },
  requestTimeout: {
    value: '1s',
    observe: over(({ origin }) =>
      findEnd(
        origin,
        'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      ),
    ),
    usual: 'it waits',
    flipped: 'HTTP/1.1 408 Request Timeout',
  },
  shutdownDelay: {
    value: 0.6,
    observe: over(async ({ sallyport, origin }) => {
      const closed = sallyport.close()
      await delay(200)
      const seen = await fetch(`${origin}/ready`).then(
        ({ status }) => status,
        () => 'it does not listen',
      )
      await closed
      return seen
    }),
    usual: 'it does not listen',
    flipped: 503,
  },
}
