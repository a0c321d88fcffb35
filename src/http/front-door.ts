import type { RequestListener } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Clock } from '../base/clock.js'
import type { ErrorHooks } from '../base/error-hooks.js'
import { AuthError } from '../base/errors.js'
import type { CookieConfig, LocationConfig } from '../base/location-options.js'
import type { Logger } from '../base/logger.js'
import type { ServerConfig } from '../base/options.js'
import type { Keyring } from '../keys/keyring.js'
import { answerHeaders } from './answer-headers.js'
import { createCors } from './cors.js'
import { createFetchHandler } from './fetch-exchange.js'
import { createGraphQLServer } from './graphql-server.js'
import { createHealth } from './health.js'
import { withHint } from './hint.js'
import { createKeySet } from './key-set.js'
import { createNodeListener } from './node-exchange.js'
import type { CountAttempts } from './one-credential.js'
import { createPlayground } from './playground/playground.js'
import { withRealm } from './realm.js'
import { createRequestLog } from './request-log.js'
import { createRewordError } from './reword-errors.js'
import { createServe } from './serve.js'
import { createSocketDoor, type SocketDoor } from './websocket/socket-door.js'

export interface FrontDoor extends Pick<SocketDoor, 'upgrade'> {
  readonly handler: RequestListener
  readonly fetch: ReturnType<typeof createFetchHandler>
  /** Ends every stream, and the WebSockets as `SocketDoor.close` does. */
  close(): Promise<void>
}

/** The ways in to a schema over HTTP, with all that stands beside GraphQL. */
export function createFrontDoor(parts: {
  readonly schema: GraphQLSchema
  readonly context: (source: object) => object | Promise<object>
  readonly plugins: readonly Plugin[]
  readonly server: ServerConfig
  readonly locations: LocationConfig
  /** Null: there are none. */
  readonly cookies: CookieConfig | null
  readonly corsOrigins: ReadonlySet<string>
  readonly countAttempts: CountAttempts
  readonly isReady: () => boolean
  readonly publicKeys: Keyring['publicKeys']
  readonly clock: Clock
  readonly logger: Logger
  readonly errors: ErrorHooks | undefined
}): FrontDoor {
  const { schema, server, locations, cookies, corsOrigins, logger } = parts
  const { endpoint } = server
  const reword = withRealm(server.realm, withHint(locations, createRewordError(parts.errors, logger)))
  const stopping = new AbortController()
  const graphql = createGraphQLServer({ ...parts, limits: server, reword, stopping: stopping.signal })
  const health = createHealth(parts.isReady)
  const keySet = createKeySet(parts.publicKeys)
  const shared = {
    ...parts,
    endpoint,
    graphql,
    reword,
    log: createRequestLog({ ...parts, level: server.logLevel, describe: graphql.describe }),
    maxBodyBytes: server.maxBodyBytes,
    headers: answerHeaders(locations.headerName, { dependOnOrigin: corsOrigins.size > 0 }),
  }
  const serve = createServe({
    ...shared,
    cors: createCors(corsOrigins),
    bodyTokens: locations.bodyTokens,
    playground: server.graphiql ? createPlayground({ schema, locations, cookies, endpoint }) : undefined,
    plain: (path) => health(path) ?? keySet(path),
  })
  const sockets = createSocketDoor({ ...shared, maxOperations: server.maxOperationsPerSocket })
  return {
    handler: createNodeListener(serve),
    fetch: createFetchHandler(serve),
    upgrade: sockets.upgrade,
    close() {
      stopping.abort(new AuthError('UNAVAILABLE'))
      return sockets.close()
    },
  }
}
