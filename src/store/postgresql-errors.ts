/** A standby refuses to write (25006), and to begin a transaction that would (0A000). */
const STANDBY: readonly string[] = ['25006', '0A000']

/**
 * Whether nothing more can be asked of a connection after this error: the driver gave up or lost it (class 08, or no code
 * of the server's), the server is shutting down (class 57P), or it is a standby by now, as after a failover.
 */
export function isConnectionOver(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === null || STANDBY.includes(code) || code.startsWith('57P') || code.startsWith('08')
}

/** What the driver says of a connection that ended; the first is Prisma's name for a reset. */
const LOST =
  /ConnectionClosed|ECONNRESET|EPIPE|^Connection terminated(?! due to connection timeout)|not queryable/

/**
 * Whether the connection ended before the response, as after a failover or a restart of the server. Not a timeout: a second
 * attempt would wait as long again.
 */
export function isConnectionLost(error: unknown): boolean {
  const code = sqlStateOf(error)
  if (code !== null) return code.startsWith('57P0') || code.startsWith('08')
  const said = [
    property(error, 'code'),
    property(property(error, 'cause'), 'kind'),
    property(error, 'message'),
  ]
  return said.some((text) => typeof text === 'string' && LOST.test(text))
}

/** A deadlock, a serialization failure, a lock timeout: the transaction may succeed when it runs again. */
const TRANSIENT: readonly string[] = ['40P01', '40001', '55P03']

/** Returns the code of an error, or of one of its causes, after which the same transaction may succeed; otherwise null. */
export function findTransientCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null
  const code = sqlStateOf(error)
  return code !== null && TRANSIENT.includes(code) ? code : findTransientCode(property(error, 'cause'))
}

/** The server's code, of the driver's error or of the adapter's around it; null when the server said nothing. `EPIPE` is none. */
function sqlStateOf(error: unknown): string | null {
  for (const code of [property(error, 'code'), property(property(error, 'cause'), 'originalCode')]) {
    if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return code
  }
  return null
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
