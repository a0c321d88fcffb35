import type { Duration } from './options.js'

/** Where the server listens, when it listens by itself. */
export interface ListenOptions {
  /** The TCP port; `0` takes a free one. */
  port?: number
  /** The address to listen on. */
  host?: string
}

/** How long a server that listens by itself waits, for connections and when it stops. */
export interface ConnectionOptions extends ListenOptions {
  /** How long an idle connection is kept. Common load balancers close theirs after 60 s: they close first, and lose no request. */
  keepAliveTimeout?: Duration
  /** How long a client has to send the headers of a request; then 408. */
  headersTimeout?: Duration
  /** How long a client has to send all of a request; then 408. */
  requestTimeout?: Duration
  /**
   * How long a stop waits between `/ready` turning 503 and the end of listening, so that load balancers send no more requests.
   * By default 0, and in production 3 s: a load balancer must look at `/ready` at least that often.
   */
  shutdownDelay?: Duration
}

/** `ListenOptions`, resolved. */
export interface ListenConfig {
  readonly port: number
  readonly host: string
}

/** `ConnectionOptions`, resolved. */
export interface ConnectionConfig {
  readonly keepAliveSeconds: number
  readonly headersSeconds: number
  readonly requestSeconds: number
  readonly shutdownDelaySeconds: number
}
