import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createSocketTurns } from '../../src/http/socket-turns.js'

test('F27: one connection has at most 20 pipelined requests under way, and all are answered in order', async () => {
  const takeInTurn = createSocketTurns()
  const started: ServerResponse[] = []
  let most = 0
  let underWay = 0
  const server = createServer((request, response) => {
    takeInTurn(request.socket, response, () => {
      started.push(response)
      most = Math.max(most, ++underWay)
      setImmediate(() => {
        underWay--
        response.end(`<${request.url}>`)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const count = 5_000
  const wanted = Array.from({ length: count }, (_, at) => `</${at}>`)
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const text = await new Promise<string>((resolve, reject) => {
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (received.includes(`</${count - 1}>`)) resolve(received)
    })
    socket.on('error', reject)
    socket.write(wanted.map((_, at) => `GET /${at} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
  })
  expect(text.match(/<\/\d+>/g)).toEqual(wanted)
  expect(started).toHaveLength(count)
  expect(most).toBeLessThanOrEqual(21)
})
