import type { IncomingMessage } from 'node:http'

/** Where a request comes from, as far as it can be told. */
export interface ClientOfRequest {
  readonly ip: string | null
  readonly userAgent: string | null
}

const MAX_AGENT = 512

/** By the socket: no header that a client can write is believed. */
export function clientOf(source: object): ClientOfRequest {
  const { req, request, headers } = source as {
    req?: Partial<IncomingMessage>
    request?: { headers?: unknown }
    headers?: unknown
  }
  const address = req?.socket?.remoteAddress
  return {
    ip: address === undefined ? null : address.replace(/^::ffff:(?=\d+\.)/, ''),
    userAgent: cleanAgent(readAgent(req?.headers ?? request?.headers ?? headers)),
  }
}

function readAgent(headers: unknown): unknown {
  if (headers instanceof Headers || (typeof headers === 'object' && headers !== null && 'get' in headers)) {
    return (headers as Headers).get('user-agent')
  }
  return (headers as Record<string, unknown> | undefined)?.['user-agent']
}

function cleanAgent(agent: unknown): string | null {
  if (typeof agent !== 'string') return null
  return agent.replace(/\p{C}/gu, '').slice(0, MAX_AGENT)
}
