import { once } from 'node:events'
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { resolveConnections } from '../../src/base/resolve-options.js'
import { listen } from '../../src/http/listen.js'

test('F28: a connection that is kept alive does not hold the stop once its response is sent', async () => {
  let response: ServerResponse | undefined
  const parts = {
    handler: (_request: IncomingMessage, given: ServerResponse) => {
      response = given
      given.writeHead(200)
      given.write('first')
    },
    upgrade: () => {},
  }
  const listening = await listen(parts, { ...resolveConnections({}), port: 0, host: '127.0.0.1' })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const [message] = (await once(get(listening.url, { agent }), 'response')) as [IncomingMessage]
  await once(message, 'data')
  const begun = performance.now()
  const closed = listening.close()
  response?.end('last')
  message.resume()
  await closed
  expect(performance.now() - begun).toBeLessThan(4_000)
})
