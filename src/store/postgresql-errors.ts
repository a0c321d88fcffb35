/**
 * Whether nothing more can be asked of a connection after this error: the driver gave up or lost it, the server is
 * shutting down (class 57P), or it turned into a standby that only reads (25006), as after a failover.
 */
export function isConnectionOver(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === null || code === '25006' || code.startsWith('57P') || code.startsWith('08')
}

/** The server's code, of the driver's error or of the adapter's around it; null when the server said nothing. */
function sqlStateOf(error: unknown): string | null {
  for (const code of [property(error, 'code'), property(property(error, 'cause'), 'originalCode')]) {
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
  }
  return null
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
