/** An app of one's own on Yoga: who may select what stands in the schema, and the plugin sees to it. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { SignJWT } from 'jose'
import { createAuthContext } from 'sallyport/context'
import { guardTypeDefs, useGuard } from 'sallyport/guard'

// That of whoever issues the tokens: a Sallyport server, say. Without one, tokens for a try are printed below.
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString('base64url')

const typeDefs = /* GraphQL */ `
  type Query {
    shop: String! @public
    orders(
      "Also those that were deleted."
      deleted: Boolean @auth(roles: ["admin"])
    ): [Order!]! @auth(scopes: [["orders:read"]])
    accounts: [String!]! @auth(roles: ["admin", "support"])
  }
  type Mutation {
    "The password must have been given within the last five minutes."
    closeShop: Boolean! @auth(roles: ["admin"]) @fresh(maxAge: 300)
  }
  type Order {
    item: String!
    "Null for whoever is no admin; the rest of the order is answered."
    margin: Float @auth(roles: ["admin"], onDeny: NULL)
  }
`

const resolvers = {
  Query: {
    shop: () => 'open',
    orders: (_, { deleted }) => [{ item: deleted ? 'milk' : 'tea', margin: 0.4 }],
    accounts: () => ['ada', 'root'],
  },
  Mutation: { closeShop: () => true },
}

const yoga = createYoga({
  schema: createSchema({ typeDefs: [guardTypeDefs, typeDefs], resolvers }),
  context: createAuthContext({ secret }),
  // A root field that somebody forgot to mark stops the start.
  plugins: [useGuard({ unmarked: 'error' })],
})

const server = createServer(yoga)
server.listen(Number(process.env.PORT ?? 4000), 'localhost', async () => {
  console.log(`http://localhost:${server.address().port}/graphql`)
  const now = Math.floor(Date.now() / 1000)
  console.log('ada', await sign({ sub: 'ada', scope: 'orders:read', auth_time: now - 3600 }))
  console.log('root', await sign({ sub: 'root', scope: 'orders:read', roles: ['admin'], auth_time: now }))
})

function sign(claims) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))
}
