import { afterAll, onTestFinished } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import type { Sallyport, SallyportOptions } from '../../src/index.js'
import { createSallyportOn, type Ground } from '../../src/sallyport.js'
import type { Store } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'
import { freshDatabase } from './database.js'
import { noteSecret, noteSecretsIn, watchedLog } from './leaks.js'
import { createTestClock, type TestClock } from './test-clock.js'

export const SECRET = 'a secret that is long enough for every algorithm: HS256, HS384 and HS512'
export const PASSWORD = 'correct horse battery'

export interface GraphQLAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared, field by field, with what is expected
  readonly data: any
  readonly errors: readonly {
    message: string
    path?: unknown[]
    extensions: Record<string, unknown> & { code: string; action: string }
  }[]
  /** The code of the first error; undefined when there is none. */
  readonly code: string | undefined
  readonly body: Record<string, unknown>
}

export interface Ask {
  token?: string | null
  variables?: Record<string, unknown>
  operationName?: string
  headers?: Record<string, string>
}

export interface TestServer {
  readonly sallyport: Sallyport
  readonly clock: TestClock
  readonly databaseUrl: string
  /** Of the GraphQL endpoint. */
  readonly url: string
  /** Where it listens, without the path. */
  readonly origin: string
  /** Posts an operation over HTTP. */
  ask(query: string, ask?: Ask): Promise<GraphQLAnswer>
  /** Signs somebody up, and answers what they got. By default under a new name. */
  signUp(name?: string): Promise<Login>
  /** Logs in who signed up under this name. */
  logIn(name: string): Promise<Login>
  /** Exchanges a refresh token; the whole answer. */
  refresh(refreshToken: string): Promise<GraphQLAnswer>
  /** What `me` answers for a token: `ok`, or a code. */
  judge(token: string): Promise<string>
  /** A store of its own on the server's database, for what no field of the API does yet. */
  store(): Promise<Store>
  /** Signs up somebody with the role, and logs them in. */
  signUpAdmin(): Promise<Login>
}

export interface Login {
  readonly username: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly userId: string
  readonly sessionId: string
}

export type TestServerOptions = SallyportOptions & {
  clock?: TestClock
  /** What it stands on: a store that fails; a machine's clock, and then the database has its own, real one. */
  ground?: Partial<Ground>
}

let counter = 0

/** A name that nobody has yet. */
export function newName(): string {
  return `user-${++counter}`
}

/** A server on a free port, with a database and a clock of its own; closed when the test is over. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { server, close } = await openServer(options)
  onTestFinished(close)
  return server
}

/** The same for all tests of a file, or of a `describe`: to be awaited there, outside of any test. */
export async function startSharedServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { server, close } = await openServer(options)
  afterAll(close)
  return server
}

async function openServer({
  ground = {},
  ...options
}: TestServerOptions): Promise<{ server: TestServer; close: () => Promise<void> }> {
  const database = options.databaseUrl === undefined ? await freshDatabase() : null
  const databaseUrl = options.databaseUrl ?? database?.databaseUrl ?? ''
  const clock = options.clock ?? createTestClock()
  const { secret, privateKey, publicKey, keysDir, jwksUrl, keys: functions } = options
  const keys =
    (secret ?? privateKey ?? publicKey ?? keysDir ?? jwksUrl ?? functions) ? {} : { secret: SECRET }
  const given = ground.clock === undefined ? { clock } : {}
  for (const one of [options.secret, SECRET]) if (typeof one === 'string') noteSecret(one)
  const sallyport = await createSallyportOn(
    { openStore, clock: systemClock, ...ground },
    { ...keys, logger: watchedLog, logLevel: 'debug', ...options, databaseUrl, ...given },
  )
  const { url: origin } = await sallyport.listen({ port: 0, host: '127.0.0.1' })
  let opening: Promise<Store> | undefined

  const url = `${origin}${sallyport.endpoint}`
  const ask = (query: string, how: Ask = {}) => askServer(url, query, how)
  const store = () => {
    opening ??= openStore({ databaseUrl, ...given })
    return opening
  }

  async function enter(mutation: 'signup' | 'login', username: string): Promise<Login> {
    const answer = await ask(
      `mutation ($input: ${mutation === 'signup' ? 'SignupInput' : 'LoginInput'}!) {
        ${mutation}(input: $input) { accessToken refreshToken user { id } session { id } }
      }`,
      { variables: { input: { username, password: PASSWORD } } },
    )
    if (answer.code !== undefined) throw new Error(`${mutation}: ${JSON.stringify(answer.body)}`)
    const { accessToken, refreshToken, user, session } = answer.data[mutation]
    return { username, accessToken, refreshToken, userId: user.id, sessionId: session.id }
  }

  const server: TestServer = {
    sallyport,
    clock,
    databaseUrl,
    url,
    origin,
    ask,
    store,
    signUp: (name = newName()) => enter('signup', name),
    logIn: (name) => enter('login', name),
    refresh: (refreshToken) => ask(REFRESH, { variables: { refreshToken } }),
    async judge(token) {
      const { code } = await ask('{ me { id } }', { token })
      return code ?? 'ok'
    },
    async signUpAdmin() {
      const { userId, username } = await enter('signup', newName())
      await (await store()).updateUser(userId, { roles: ['admin'] })
      return enter('login', username)
    },
  }

  async function close(): Promise<void> {
    await (await opening)?.close()
    await sallyport.close()
    await database?.drop()
  }

  return { server, close }
}

const REFRESH = `mutation ($refreshToken: String) {
  refresh(refreshToken: $refreshToken) {
    accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt tokenType user { id roles } session { id }
  }
}`

export async function askServer(url: string, query: string, how: Ask = {}): Promise<GraphQLAnswer> {
  const { token, variables, operationName, headers } = how
  noteSecret(token)
  noteSecretsIn(variables)
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token == null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  })
  return readAnswer(response)
}

export async function readAnswer(response: Response): Promise<GraphQLAnswer> {
  const body = await response.json()
  noteSecretsIn(body)
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    errors: body.errors ?? [],
    code: body.errors?.[0]?.extensions?.code,
    body,
  }
}
