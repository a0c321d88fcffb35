import type { IncomingMessage } from 'node:http'
import { type Logger, silentLogger } from '../base/logger.js'
import { type Address, isWithin, parseAddress, type Range, readRanges } from '../limits/source.js'

/** Where a request comes from, as far as it can be told. */
export interface ClientOfRequest {
  readonly ip: string | null
  readonly userAgent: string | null
}

const MAX_AGENT = 512

/** Tells where a request comes from. Never throws, whatever its headers say. */
export type ClientOf = (source: object) => ClientOfRequest

/**
 * By the socket: no header that a client can write is believed. Behind a trusted proxy by `X-Forwarded-For`, to which each
 * proxy adds at the end whom it heard from. Such a header from an address that is not trusted is worth one warning: the
 * operator may have a proxy and not say so. Throws `OptionError` naming `trustedProxies`.
 */
export function createClientOf(
  trustedProxies: readonly string[],
  logger: Pick<Logger, 'warn'> = silentLogger,
): ClientOf {
  const trusted = readRanges('trustedProxies', trustedProxies)
  let hasWarned = false

  function warnOnce(peer: Address | null, sent: unknown): void {
    if (hasWarned || peer === null || isWithin(peer, trusted)) return
    const header = [FORWARDED, 'forwarded'].find((name) => readHeader(sent, name))
    if (header === undefined) return
    hasWarned = true
    logger.warn(
      { peer: peer.toString(), header },
      'trustedProxies: a forwarding header comes from an address that is not trusted, and is ignored; ' +
        'if that is your proxy, all its clients count as one source',
    )
  }

  return (source) => {
    const { req, request, headers } = source as {
      req?: Partial<IncomingMessage>
      request?: { headers?: unknown }
      headers?: unknown
    }
    const sent = req?.headers ?? request?.headers ?? headers
    const peer = parseAddress(req?.socket?.remoteAddress ?? '')
    warnOnce(peer, sent)
    return {
      ip: peer === null ? null : behind(peer, readHeader(sent, FORWARDED), trusted).toString(),
      userAgent: cleanAgent(readHeader(sent, 'user-agent')),
    }
  }
}

const FORWARDED = 'x-forwarded-for'
/** Proxies in a row; what claims to be more is not followed. */
const MAX_HOPS = 32

/** The last address that a trusted one vouches for. What is no address ends the chain: nobody knows what is before it. */
function behind(peer: Address, forwarded: unknown, trusted: readonly Range[]): Address {
  if (trusted.length === 0) return peer
  const hops = typeof forwarded === 'string' ? forwarded.split(',').slice(-MAX_HOPS).reverse() : []
  let client = peer
  for (const hop of hops) {
    if (!isWithin(client, trusted)) return client
    const next = parseAddress(withoutPort(hop.trim()))
    if (next === null) return client
    client = next
  }
  return client
}

/** Some proxies add it: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
}

function readHeader(headers: unknown, name: string): unknown {
  if (headers instanceof Headers || (typeof headers === 'object' && headers !== null && 'get' in headers)) {
    return (headers as Headers).get(name)
  }
  return (headers as Record<string, unknown> | undefined)?.[name]
}

function cleanAgent(agent: unknown): string | null {
  if (typeof agent !== 'string') return null
  return agent.replace(/\p{C}/gu, '').slice(0, MAX_AGENT)
}
