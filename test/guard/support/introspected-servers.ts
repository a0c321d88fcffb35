import { ApolloServer, HeaderMap } from '@apollo/server'
import Fastify from 'fastify'
import { createYoga } from 'graphql-yoga'
import { type MercuriusOptions, mercurius } from 'mercurius'
import { onTestFinished } from 'vitest'
import { apolloGuard } from '../../../src/guard/apollo.js'
import {
  guardSchema,
  type Introspection,
  useGuard,
  type Viewer,
  type ViewerKind,
} from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'
import { makeHost } from './host.js'

/** What the servers below serve. */
export const typeDefs = /* GraphQL */ `
  type Query {
    open(ticket: Ticket): String
    secret: Secret @auth
  }
  type Secret {
    id: ID
  }
  input Ticket {
    signature: String!
  }
  type Mutation {
    change: String
  }
`

interface Asked {
  readonly query?: string
  readonly variables?: object
  readonly operationName?: string
  readonly extensions?: object
}

interface Answered {
  readonly status: number
  readonly challenge: unknown
  // biome-ignore lint/suspicious/noExplicitAny: an answer may be anything
  readonly body: any
}

type Ask = (asked: Asked, kind?: ViewerKind) => Promise<Answered>
/** Starts a server of this kind, until the test is over. */
export type Start = (introspection: Introspection) => Promise<Ask>

export function optionsOf(introspection: Introspection) {
  return {
    unmarked: 'public',
    viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
    introspection,
  } as const
}

export const startYoga: Start = async (introspection) => {
  const yoga = createYoga({
    schema: makeHost(typeDefs).schema,
    context: ({ request }) => ({ viewer: { kind: request.headers.get('x-kind') } }),
    plugins: [useGuard(optionsOf(introspection))],
    logging: false,
  })
  return async (asked, kind = 'anonymous') => {
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-kind': kind },
      body: JSON.stringify(asked),
    })
    const { status, headers } = response
    return { status, challenge: headers.get('www-authenticate'), body: await response.json() }
  }
}

export const startApollo: Start = async (introspection) => {
  const server = new ApolloServer<{ viewer: Viewer }>({
    schema: guardSchema(makeHost(typeDefs).schema, optionsOf(introspection)),
    plugins: [apolloGuard()],
    introspection: true,
    includeStacktraceInErrorResponses: true,
  })
  await server.start()
  onTestFinished(() => server.stop())
  return async (asked, kind = 'anonymous') => {
    const { status, headers, body } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: asked,
      },
      context: async () => ({ viewer: { kind } }),
    })
    const text = body.kind === 'complete' ? body.string : ''
    return { status: status ?? 200, challenge: headers.get('www-authenticate'), body: JSON.parse(text) }
  }
}

export const startMercurius =
  (options: Partial<MercuriusOptions>): Start =>
  async (introspection) => {
    const app = Fastify()
    onTestFinished(async () => void (await app.close()))
    await app.register(mercurius, {
      schema: guardSchema(makeHost(typeDefs).schema, optionsOf(introspection)),
      context: (request) => ({ viewer: { kind: request.headers['x-kind'] } }),
      ...options,
    } as MercuriusOptions)
    mercuriusGuard(app)
    return async (payload, kind = 'anonymous') => {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        payload,
        headers: { 'x-kind': kind },
      })
      const { statusCode: status, headers } = response
      return { status, challenge: headers['www-authenticate'], body: response.json() }
    }
  }
