import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, type Plugin } from 'graphql-yoga'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import { resolveServer } from '../../src/base/resolve-options.js'
import { answerHeaders } from '../../src/http/answer-headers.js'
import { createFetchHandler } from '../../src/http/fetch-exchange.js'
import { createGraphQLServer } from '../../src/http/graphql-server.js'
import { createNodeListener } from '../../src/http/node-exchange.js'
import type { CountAttempts } from '../../src/http/one-credential.js'
import { createRequestLog } from '../../src/http/request-log.js'
import { createServe, type ServeOptions } from '../../src/http/serve.js'
import { createTestLogger } from '../support/test-logger.js'

export const QUESTION = JSON.stringify({ query: 'query ($x: Int) { answer(x: $x) }', variables: { x: 7 } })
export const JSON_HEADER = { 'content-type': 'application/json' }

export function createOptions(
  plugins: Plugin[] = [],
  onTick: () => void = () => {},
  countAttempts: CountAttempts = () => Promise.resolve(),
): ServeOptions & { logger: ReturnType<typeof createTestLogger> } {
  const logger = createTestLogger()
  const schema = createSchema({
    typeDefs:
      'type Query { answer(x: Int): Int } type Mutation { login: Int } type Subscription { ticks: Int }',
    resolvers: {
      Query: { answer: (_parent, { x }) => x },
      Subscription: {
        ticks: {
          subscribe: async function* () {
            onTick()
            yield { ticks: 1 }
          },
        },
      },
    },
  })
  const context = () => ({})
  const graphql = createGraphQLServer({
    schema,
    context,
    plugins,
    limits: resolveServer({}),
    countAttempts,
    logger,
    reword: (error) => error,
    stopping: new AbortController().signal,
  })
  const level = 'error'
  return {
    graphql,
    log: createRequestLog({ logger, clock: systemClock, level, describe: graphql.describe }),
    endpoint: '/graphql',
    maxBodyBytes: 500_000,
    cors: null,
    bodyTokens: [],
    countAttempts,
    headers: answerHeaders('authorization'),
    logger,
    reword: (error) => error,
    plain: () => null,
  }
}

export const handleNode = (options: ServeOptions): RequestListener => createNodeListener(createServe(options))
export const handleFetch = (options: ServeOptions) => createFetchHandler(createServe(options))

export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

export function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...JSON_HEADER, ...headers }, body })
}

export function newRequest(body: string, init: RequestInit = {}): Request {
  return new Request('http://host.example/graphql', { method: 'POST', headers: JSON_HEADER, body, ...init })
}

export async function codeOf(response: Response): Promise<string> {
  return (await response.json()).errors[0].extensions.code
}
