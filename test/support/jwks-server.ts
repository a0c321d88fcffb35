import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

type Members = Record<string, unknown>

/** An issuer's address, on the loopback. */
export interface JwksServer {
  readonly url: string
  /** How often it was asked. */
  readonly asked: () => number
  /** What it answers from now on. */
  publish(set: unknown, headers?: Record<string, string>): void
  answer(listener: RequestListener): void
  stop(): Promise<void>
  /** Listens again, on the same port. */
  resume(): Promise<void>
}

/** Starts one, which goes when the test is over. */
export async function startJwksServer(set: unknown = { keys: [] }): Promise<JwksServer> {
  let asked = 0
  let listener: RequestListener = () => {}
  const server = createServer((request, response) => {
    asked++
    listener(request, response)
  })
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', () => done()))
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  await listen(0)
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo

  function publish(value: unknown, headers: Record<string, string> = {}): void {
    listener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      response.end(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value))
    }
  }

  publish(set)
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    asked: () => asked,
    publish,
    answer(next) {
      listener = next
    },
    stop,
    resume: () => listen(port),
  }
}

/** A key pair of an issuer. */
export interface IssuerKey {
  readonly privateKey: KeyObject
  /** The public one, with these members beside its own; `undefined` leaves one out. */
  jwk(members?: Members): Members
}

export function makeIssuerKey(kind: 'rsa' | 'P-256' | 'P-384', bits = 2048, exponent = 65_537): IssuerKey {
  const { privateKey, publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent })
      : generateKeyPairSync('ec', { namedCurve: kind })
  const own = publicKey.export({ format: 'jwk' })
  return { privateKey, jwk: (members = {}) => ({ ...own, ...members }) }
}
