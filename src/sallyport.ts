import type { RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { GraphQLSchema } from 'graphql'
import type { Awaitable } from './base/awaitable.js'
import { type Clock, systemClock } from './base/clock.js'
import { chooseLogger } from './base/console-log.js'
import { OptionError } from './base/errors.js'
import type { KeyFolderOptions, KeyOptions, RemoteKeyOptions } from './base/key-options.js'
import type { ConnectionConfig, ConnectionOptions, ListenOptions } from './base/listen-options.js'
import type { CookieConfig, CookieOptions, LocationConfig, LocationOptions } from './base/location-options.js'
import type { FirstAdministrator, ServerOptions, TokenOptions, VerifyOptions } from './base/options.js'
import { resolveCookies, resolveLocations } from './base/resolve-locations.js'
import {
  resolveConnections,
  resolveDatabaseUrl,
  resolveFirstAdministrator,
  resolveListen,
  resolveServer,
  resolveTokens,
  resolveVerify,
} from './base/resolve-options.js'
import { within } from './base/within.js'
import type { RequestSource } from './context/index.js'
import { impossibleFields } from './graphql/impossible-fields.js'
import { buildSchema, type HostSchema } from './graphql/schema.js'
import type { ServerContext } from './graphql/services.js'
import { guardSchema, useGuard } from './guard/index.js'
import { checkHostOptions, type Hooks } from './hooks.js'
import { type ClientOf, createClientOf } from './http/client.js'
import { createFrontDoor } from './http/front-door.js'
import { type Listening, listen } from './http/listen.js'
import { createServerContext } from './http/server-context.js'
import { useSliding } from './http/sliding.js'
import { createTokenCookies } from './http/token-cookies.js'
import type { UpgradeListener } from './http/websocket/socket-door.js'
import { canSign } from './keys/keyring.js'
import { type OpenKeyring, openKeyring } from './keys/open-keyring.js'
import { createServices, type HostSessions, type HostTokens, type ServiceParts } from './services.js'
import { ensureFirstAdministrator, hasAdministrator } from './sessions/first-administrator.js'
import { createAlignedClock, fixedClock } from './store/aligned-clock.js'
import type { Store } from './store/contract.js'
import { openStore } from './store/open-store.js'
import { aheadSecondsOf } from './tokens/clock-skew.js'

/** Everything that the server can be told; all of it has a default. */
export interface SallyportOptions
  extends KeyOptions,
    KeyFolderOptions,
    RemoteKeyOptions,
    VerifyOptions,
    LocationOptions,
    CookieOptions,
    TokenOptions,
    ServerOptions,
    ConnectionOptions,
    HostSchema,
    Hooks {}

/** How long a stop waits for the database in the end. */
const DATABASE_MS = 3_000

/** A running auth server, to be mounted or to listen by itself. */
export interface Sallyport {
  /** Answers a Fetch request; `context` is merged into the GraphQL context. */
  fetch(request: Request, context?: object): Promise<Response>
  /** For `node:http`: the endpoint, `/health` and `/ready`. */
  readonly handler: RequestListener
  /**
   * For the `upgrade` event of the same server: GraphQL by WebSocket (`graphql-transport-ws`), at the endpoint. It takes
   * over the socket, and refuses whatever else it is asked for; `listen` has it already.
   */
  readonly upgrade: UpgradeListener
  /** Our API and the host's, guarded: nothing is reached through it without the right, on any server. */
  readonly schema: GraphQLSchema
  /** The GraphQL context of a request, for a server of one's own. */
  context(source: RequestSource): Awaitable<ServerContext>
  readonly tokens: HostTokens
  readonly sessions: HostSessions
  /** The path of GraphQL. */
  readonly endpoint: string
  /** Listens by itself, by default where the options say. Throws `OptionError` naming `port` or `host`. */
  listen(where?: ListenOptions): Promise<Omit<Listening, 'close'>>
  /** Returns whether an enabled account has the role `admin`. */
  hasAdministrator(): Promise<boolean>
  /** Reads `keysDir` now. A set that is wrong is told to the log, and leaves the keys read before in force. */
  reloadKeys(): Promise<void>
  /** Waits for `shutdownDelay` if it listens, then stops listening, ends streams, lets requests under way finish, closes WebSockets with 1001, closes the database. */
  close(): Promise<void>
}

/**
 * Opens the database (migrating it), loads the keys and the revocations, and builds the guarded schema. Throws
 * `OptionError`, naming the option, for whatever it was told that cannot be.
 */
export function createSallyport(options: SallyportOptions = {}): Promise<Sallyport> {
  return createSallyportOn({ openStore, clock: systemClock }, options)
}

/** What the server stands on. Tests give another: a store that fails, a machine whose clock is wrong. */
export interface Ground {
  readonly openStore: typeof openStore
  readonly clock: Clock
}

export async function createSallyportOn(ground: Ground, options: SallyportOptions): Promise<Sallyport> {
  checkHostOptions(options)
  const verifyConfig = resolveVerify(options)
  const tokenConfig = resolveTokens(options)
  const locations = resolveLocations(options)
  const cookies = resolveCookies(options)
  const server = resolveServer(options)
  const connections = resolveConnections(options)
  const databaseUrl = resolveDatabaseUrl(options)
  const logger = chooseLogger(options.logger, { given: server.logLevel, console: options.logLevel })
  const clientOf = createClientOf(server.trustedProxies, logger)
  const administrator = resolveAdministrator(options)
  const { clock = ground.clock } = options
  const keys = await openKeyring(options, { server, verifyConfig, clock, logger })
  let store: Store | undefined
  try {
    const { keyring } = keys
    const disabledFields = [...(options.disabledFields ?? []), ...impossibleFields(canSign(keyring), options)]
    const migrations = server.migrateOnStart ? 'apply' : 'require'
    store = await ground.openStore({ databaseUrl, clock: options.clock, migrations, logger })
    const alignedClock =
      options.clock === undefined
        ? createAlignedClock({ clock: ground.clock, store, logger })
        : fixedClock(options.clock, logger)
    const parts = { store, keyring, alignedClock, logger, verifyConfig, tokenConfig, server, hooks: options }
    return await assemble(
      { ...parts, locations, cookies, clientOf, connections },
      { ...options, disabledFields },
      { administrator, keys },
    )
  } catch (error) {
    await keys.stop()
    await store?.close()
    throw error
  }
}

interface Parts extends ServiceParts {
  readonly locations: LocationConfig
  readonly cookies: CookieConfig | null
  readonly clientOf: ClientOf
  readonly connections: ConnectionConfig
}

async function assemble(
  parts: Parts,
  options: HostSchema & ListenOptions,
  { administrator, keys }: { administrator: FirstAdministrator | null; keys: OpenKeyring },
): Promise<Sallyport> {
  const { store, logger, verifyConfig, locations, server, clientOf, connections } = parts
  const { clock } = parts.alignedClock
  const { services, revocation, sliding, loadUser, tokens, sessions, isWritable, start, stop } =
    createServices(parts)
  const guardOptions = {
    unmarked: 'error',
    clock,
    freshFor: verifyConfig.freshForSeconds,
    leeway: aheadSecondsOf(verifyConfig),
    introspection: server.introspection,
  } as const
  const schema = guardSchema(buildSchema(services, options), guardOptions)
  const corsOrigins = new Set(server.corsOrigins)
  const context = createServerContext({
    verifier: services.verifier,
    config: verifyConfig,
    locations,
    clock,
    logger,
    revocation,
    checkByHost: services.checkByHost,
    grants: parts.hooks.grants,
    loadUser,
    store,
    findCookies: createTokenCookies({
      ...{ config: parts.cookies, endpoint: server.endpoint, corsOrigins, clock },
    }),
    clientOf,
  })

  if (administrator !== null) await ensureFirstAdministrator({ ...services, logger }, administrator)
  await start()
  let listening: Promise<Listening> | undefined
  let closing = false
  const door = createFrontDoor({
    schema,
    context,
    plugins:
      sliding === null ? [useGuard(guardOptions)] : [useGuard(guardOptions), useSliding(sliding, logger)],
    server,
    locations,
    cookies: parts.cookies,
    corsOrigins,
    countAttempts: (of, count) => services.attempts.count(clientOf(of).ip, count),
    isReady: () => !closing && isWritable() && (revocation === undefined || revocation.isReady()),
    publicKeys: keys.keyring.publicKeys,
    clock,
    logger,
    errors: parts.hooks.errors,
  })

  const { handler, upgrade, fetch } = door
  return {
    handler,
    upgrade,
    fetch,
    schema,
    context,
    tokens,
    sessions,
    endpoint: server.endpoint,
    hasAdministrator: () => hasAdministrator(store),
    reloadKeys: keys.reload,
    async listen({ port = options.port, host = options.host, ...others } = {}) {
      if (listening !== undefined) throw new OptionError('port', 'is listened on already')
      const where = { ...resolveListen({ port, host, ...others }), ...connections }
      listening = listen({ handler, upgrade }, where)
      try {
        const { url, port: bound } = await listening
        return { url, port: bound }
      } catch (error) {
        listening = undefined
        throw error
      }
    },
    async close() {
      closing = true
      const listener = await listening
      if (listener !== undefined) await delay(connections.shutdownDelaySeconds * 1_000)
      await Promise.all([listener?.close(), door.close()])
      // A database that hangs ends nothing; what is left then goes with the process.
      await within(DATABASE_MS, Promise.all([keys.stop(), stop()]).then(store.close))
    },
  }
}

/** Throws `OptionError` where there is no account table for the first administrator to be in. */
function resolveAdministrator(options: SallyportOptions): FirstAdministrator | null {
  const administrator = resolveFirstAdministrator(options)
  if (administrator !== null && options.authenticate !== undefined) {
    throw new OptionError('adminEmail', 'needs our account table, whose place `authenticate` takes')
  }
  return administrator
}
