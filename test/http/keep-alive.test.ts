import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createKeepAlive } from '../../src/http/websocket/keep-alive.js'

test('G50 who does not answer a ping until the next is dropped, and who does is not', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => server.close())
  const keepAlive = createKeepAlive(100)
  server.on('connection', keepAlive)
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const lively = new WebSocket(url)
  await once(lively, 'open')
  const mute = new WebSocket(url, { autoPong: false })
  await once(mute, 'open')
  const [code] = await once(mute, 'close')
  expect(code).toBe(1006)
  expect(lively.readyState).toBe(WebSocket.OPEN)
  lively.terminate()
})
