// A Worker whose Yoga is guarded as the module loads. The header x-who says who asks.
import { createSchema, createYoga } from 'graphql-yoga'
import { guardTypeDefs, useGuard } from 'sallyport/guard'

const typeDefs = /* GraphQL */ `
  type Query {
    shop: String @public
    me: String @auth
    asked: String @auth @policy(policies: [["always"]])
  }
  type Subscription {
    tick: Int @auth
  }
`

async function* ticks() {
  for (let tick = 0; ; tick++) {
    yield { tick }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const yoga = createYoga({
  schema: createSchema({
    typeDefs: [guardTypeDefs, typeDefs],
    resolvers: {
      Query: { shop: () => 'open', me: () => 'me', asked: () => 'asked' },
      Subscription: { tick: { subscribe: ticks } },
    },
  }),
  logging: false,
  context: ({ request }) =>
    request.headers.get('x-who') === 'user'
      ? { identity: { kind: 'active' }, claims: { exp: Date.now() / 1000 + 1 } }
      : {},
  plugins: [useGuard({ unmarked: 'error', introspection: 'filtered', policies: { always: () => true } })],
})

export default { fetch: yoga.fetch }
