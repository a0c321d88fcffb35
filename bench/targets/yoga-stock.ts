import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, createYoga } from 'graphql-yoga'
import { reportTo } from './report.js'
import { typeDefs, user } from './schema.js'

const yoga = createYoga({
  schema: createSchema({
    typeDefs: `${typeDefs} type Query { benchMe: BenchUser! }`,
    resolvers: { Query: { benchMe: () => user } },
  }),
  logging: false,
})
const server = createServer(yoga).listen(0, '127.0.0.1', () => {
  reportTo(process, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` })
})
