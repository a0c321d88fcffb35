import type { Duration } from './options.js'

/** Where the server listens. */
export interface ListenOptions {
  /** The TCP port; `0` picks a free one. */
  port?: number
  /** The IP address or host name to listen on. */
  host?: string
}

/** The timeouts of a server that listens by itself. */
export interface ConnectionOptions extends ListenOptions {
  /**
   * How long an idle connection is kept open. Common load balancers close theirs after 60 s; keep it longer, so that
   * they close first and no request is lost.
   */
  keepAliveTimeout?: Duration
  /** How long a client may take to send the headers of a request; then it gets 408. */
  headersTimeout?: Duration
  /** How long a client may take to send a whole request; then it gets 408. */
  requestTimeout?: Duration
  /**
   * How long a stop waits after `/ready` turns 503 before it stops listening, so that load balancers send no more
   * requests. By default 0, and in production 3 s: a load balancer must check `/ready` at least that often.
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
