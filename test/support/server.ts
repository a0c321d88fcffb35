import { onTestFinished } from 'vitest'
import { createSallyport, type Sallyport, type SallyportOptions } from '../../src/index.js'
import { freshDatabase } from './database.js'
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
  /** Posts an operation over HTTP. */
  ask(query: string, ask?: Ask): Promise<GraphQLAnswer>
  /** Signs somebody up, and answers what they got. */
  signUp(name?: string): Promise<Login>
  logIn(name?: string): Promise<Login>
}

export interface Login {
  readonly accessToken: string
  readonly refreshToken: string
  readonly userId: string
  readonly sessionId: string
}

let counter = 0

/** A server on a free port, with a database and a clock of its own; closed when the test is over. */
export async function startServer(
  options: SallyportOptions & { clock?: TestClock } = {},
): Promise<TestServer> {
  const database = options.databaseUrl === undefined ? await freshDatabase() : null
  const databaseUrl = options.databaseUrl ?? database?.databaseUrl ?? ''
  const clock = options.clock ?? createTestClock()
  const keys = (options.secret ?? options.privateKey ?? options.publicKey) ? {} : { secret: SECRET }
  const sallyport = await createSallyport({ ...keys, ...options, databaseUrl, clock })
  const { url: origin } = await sallyport.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await sallyport.close()
    await database?.drop()
  })
  const url = `${origin}${sallyport.endpoint}`
  const ask = (query: string, how: Ask = {}) => askServer(url, query, how)

  async function enter(mutation: 'signup' | 'login', name: string): Promise<Login> {
    const answer = await ask(
      `mutation ($input: ${mutation === 'signup' ? 'SignupInput' : 'LoginInput'}!) {
        ${mutation}(input: $input) { accessToken refreshToken user { id } session { id } }
      }`,
      { variables: { input: { username: name, password: PASSWORD } } },
    )
    if (answer.code !== undefined) throw new Error(`${mutation}: ${JSON.stringify(answer.body)}`)
    const { accessToken, refreshToken, user, session } = answer.data[mutation]
    return { accessToken, refreshToken, userId: user.id, sessionId: session.id }
  }

  return {
    sallyport,
    clock,
    databaseUrl,
    url,
    ask,
    signUp: (name = `user-${++counter}`) => enter('signup', name),
    logIn: (name = `user-${counter}`) => enter('login', name),
  }
}

export async function askServer(url: string, query: string, how: Ask = {}): Promise<GraphQLAnswer> {
  const { token, variables, operationName, headers } = how
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
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    errors: body.errors ?? [],
    code: body.errors?.[0]?.extensions?.code,
    body,
  }
}
