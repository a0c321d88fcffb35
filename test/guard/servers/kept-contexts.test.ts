import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeExecutableSchema } from '@graphql-tools/schema'
import Fastify from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { mercurius } from 'mercurius'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createAuthContext } from '../../../src/context/index.js'
import { guardSchema, guardTypeDefs } from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'
import { forge, hmac } from '../../support/forge.js'
import { createTestClock } from '../../support/test-clock.js'

const SECRET = 'a secret that is long enough for every algorithm: HS256, HS384 and HS512'
const typeDefs = 'type Query { open: String @public } type Mutation { pay: String @auth }'

type Auth = ReturnType<typeof createAuthContext>
interface Listening {
  readonly port: number
  close(): Promise<void>
}

async function startMercurius(schema: GraphQLSchema, auth: Auth): Promise<Listening> {
  const app = Fastify()
  await app.register(mercurius, {
    schema,
    context: auth,
    subscription: { fullWsTransport: true, context: (_socket, request) => auth(request) },
  })
  mercuriusGuard(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port, close: async () => void (await app.close()) }
}

/** The context is made as the socket opens. */
async function startGraphqlWs(schema: GraphQLSchema, auth: Auth): Promise<Listening> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, path: '/graphql' })
  const contexts = new WeakMap<object, unknown>()
  useServer(
    {
      schema,
      onConnect: async ({ extra }) => void contexts.set(extra, await auth(extra.request)),
      context: ({ extra }) => contexts.get(extra) as object,
    },
    sockets,
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
    },
  }
}

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

describe.each([
  ['Mercurius', startMercurius],
  ['graphql-ws', startGraphqlWs],
])('H2: %s makes one context for a socket', (_name, startServer) => {
  test('a mutation after the token is over does not run', async () => {
    const clock = createTestClock()
    const ran: string[] = []
    const schema = guardSchema(
      makeExecutableSchema({
        typeDefs: [guardTypeDefs, typeDefs],
        resolvers: { Query: { open: () => 'open' }, Mutation: { pay: () => `paid ${ran.push('pay')}` } },
      }),
      { unmarked: 'error', clock },
    )
    const server = await startServer(schema, createAuthContext({ secret: SECRET, logger: false, clock }))
    ended.push(server.close)
    const [iat, exp] = [clock.seconds(), clock.seconds() + 60]
    const token = forge({ alg: 'HS256' }, { sub: 'ada', jti: 'jti-1', iat, exp }, hmac('sha256', SECRET))
    class AuthorizedSocket extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: { authorization: `Bearer ${token}` } })
      }
    }
    const client = createClient({
      url: `ws://127.0.0.1:${server.port}/graphql`,
      webSocketImpl: AuthorizedSocket,
      retryAttempts: 0,
      lazy: false,
    })
    ended.push(() => client.dispose())
    const run = async (query: string) => {
      for await (const result of client.iterate({ query })) return result
    }
    expect((await run('mutation { pay }'))?.data).toEqual({ pay: 'paid 1' })
    clock.advance(60)
    expect((await run('mutation { pay }'))?.errors?.[0]?.extensions?.code).toBe('TOKEN_EXPIRED')
    expect((await run('{ open }'))?.data).toEqual({ open: 'open' })
    expect(ran).toEqual(['pay'])
  })
})
