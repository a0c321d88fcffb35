import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, createYoga } from 'graphql-yoga'
import { reportTo } from './report.js'
import { typeDefs, user } from './schema.js'

// Everything off that a bare server can do without, and the body parsed before Yoga sees it.
const yoga = createYoga({
  schema: createSchema({
    typeDefs: `${typeDefs} type Query { benchMe: BenchUser! }`,
    resolvers: { Query: { benchMe: () => user } },
  }),
  logging: false,
  maxRequestBodySize: false,
  multipart: false,
  cors: false,
  graphiql: false,
  landingPage: false,
})
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    Object.assign(request, { body: JSON.parse(Buffer.concat(chunks).toString()) })
    yoga(request, response)
  })
}).listen(0, '127.0.0.1', () => {
  reportTo(process, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` })
})
