import { forge, hmac } from '../../support/forge.js'
import {
  type Ask,
  readAnswer,
  SECRET,
  startServer,
  type TestServer,
  type TestServerOptions,
} from '../../support/server.js'

/** An option that is flipped, and what is seen of it from outside. */
export interface OptionRow {
  /** What it is set to; `Made` where that takes a while. A function is the value itself, as hooks are. */
  readonly value: unknown
  /** Starts a server with these options, the flipped one among them or not, and answers what a client sees. */
  readonly observe: (options: TestServerOptions) => Promise<unknown>
  readonly usual: unknown
  readonly flipped: unknown
}

/** The rows of a section, by the name of the option. */
export type OptionRows = Readonly<Record<string, OptionRow>>

/** A value that is made when its row is run. */
export interface Made {
  readonly make: () => unknown
}

export type See = (server: TestServer) => Promise<unknown>

/** Looks at a server that has these options too. */
export const over =
  (see: See, base: TestServerOptions = {}): OptionRow['observe'] =>
  async (options) =>
    see(await startServer({ ...base, ...options }))

export const ME = '{ me { id } }'

/** The code of what a request is answered; `ok`: none. */
export const codeOf = async (server: TestServer, query: string, ask?: Ask) =>
  (await server.ask(query, ask)).code ?? 'ok'

/** What becomes of a token from elsewhere, of an hour's life, whose claims are changed like that. */
export const foreign =
  (changes: (now: number) => object = () => ({}), secret = SECRET): See =>
  async (server) =>
    codeOf(server, '{ claims }', { token: sign(server, changes, secret) })

export function sign(
  server: TestServer,
  changes: (now: number) => object = () => ({}),
  secret = SECRET,
): string {
  const now = server.clock.seconds()
  const claims = { sub: 'eve', iat: now, exp: now + 3600, ...changes(now) }
  return forge({ alg: 'HS256', typ: 'JWT' }, claims, hmac('sha256', secret))
}

/** Posts an operation with more about it than `server.ask` has. */
export async function post(
  server: TestServer,
  query: string,
  {
    search = '',
    members = {},
    headers = {},
  }: { search?: string; members?: object; headers?: Record<string, string> },
): Promise<string> {
  const response = await fetch(`${server.url}${search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...members }),
  })
  return (await readAnswer(response)).code ?? 'ok'
}

/** Looks until it sees this, and not for long: what it saw last. */
export async function lookFor<T>(wanted: T, look: () => Promise<T>): Promise<T> {
  for (let round = 0; ; round++) {
    const seen = await look()
    if (seen === wanted || round === 50) return seen
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
