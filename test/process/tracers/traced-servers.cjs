// OpenTelemetry's instrumentation wraps every resolver in place when a schema is first executed. It patches what `require`
// loads, so it runs in a program of its own. Prints one line of JSON for each request.
const {
  NodeTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-node')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { GraphQLInstrumentation } = require('@opentelemetry/instrumentation-graphql')

const spans = new InMemorySpanExporter()
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
tracerProvider.register()
registerInstrumentations({ tracerProvider, instrumentations: [new GraphQLInstrumentation()] })

const { makeExecutableSchema } = require('@graphql-tools/schema')
const QUERIES = ['{ shop }', '{ shop me }', '{ shop }', '{ maybe }']
const USER = { identity: { kind: 'active' }, claims: {} }

async function main() {
  const { guardSchema, guardTypeDefs } = await import('sallyport/guard')
  const typeDefs = 'type Query { shop: String @public me: String @auth maybe: String @auth(onDeny: NULL) }'
  const resolvers = { Query: { shop: () => 'open', me: () => 'me', maybe: () => 'maybe' } }
  const makeSchema = () =>
    guardSchema(makeExecutableSchema({ typeDefs: [guardTypeDefs, typeDefs], resolvers }), {
      unmarked: 'error',
    })
  await runMercurius(makeSchema())
  await runApollo(makeSchema())
}

async function runMercurius(schema) {
  const { mercuriusGuard } = await import('sallyport/guard/mercurius')
  const app = require('fastify')()
  const context = ({ headers }) => (headers['x-who'] === 'user' ? USER : {})
  await app.register(require('mercurius'), { schema, context })
  mercuriusGuard(app)
  for (const who of ['nobody', 'user']) {
    for (const query of QUERIES) {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'x-who': who },
        payload: { query },
      })
      print('mercurius', { who, query, body: response.json() })
    }
  }
  await app.close()
}

async function runApollo(schema) {
  const { apolloGuard } = await import('sallyport/guard/apollo')
  const { ApolloServer } = require('@apollo/server')
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const server = new ApolloServer({ schema, plugins: [apolloGuard()], logger })
  await server.start()
  for (const who of ['nobody', 'user']) {
    for (const query of QUERIES) {
      const { body } = await server.executeOperation(
        { query },
        { contextValue: who === 'user' ? { ...USER } : {} },
      )
      print('apollo', { who, query, body: body.singleResult })
    }
  }
  await server.stop()
}

function print(server, { who, query, body }) {
  const traced = spans.getFinishedSpans().filter(({ name }) => name.startsWith('graphql.resolve')).length
  spans.reset()
  const { data = null, errors = [] } = body
  console.log(
    JSON.stringify({
      server,
      who,
      query,
      data,
      codes: errors.map(({ extensions }) => extensions.code),
      traced,
    }),
  )
}

main()
