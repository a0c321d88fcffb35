/** Only my orders: `@auth` says who may ask for orders, the resolver which ones there are for them. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { SignJWT } from 'jose'
import { createAuthContext } from 'sallyport/context'
import { guardTypeDefs, useGuard } from 'sallyport/guard'

// That of whoever issues the tokens. Without one, tokens for a try are printed below.
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString('base64url')

const ORDERS = [
  { id: '1', owner: 'ada', item: 'tea' },
  { id: '2', owner: 'bob', item: 'milk' },
]

/** The rows of a bearer: in SQL, `WHERE owner = ${identity.subject}`. Every resolver of orders begins with it. */
const ordersOf = ({ identity }) => ORDERS.filter(({ owner }) => owner === identity.subject)

const typeDefs = /* GraphQL */ `
  type Query {
    orders: [Order!]! @auth
    "Null for somebody else's, as for one that is not there."
    order(id: ID!): Order @auth
    allOrders: [Order!]! @auth(roles: ["admin"])
  }
  type Order @auth {
    id: ID!
    owner: String!
    item: String!
  }
`

const resolvers = {
  Query: {
    orders: (_, __, context) => ordersOf(context),
    order: (_, { id }, context) => ordersOf(context).find((order) => order.id === id),
    allOrders: () => ORDERS,
  },
}

const yoga = createYoga({
  schema: createSchema({ typeDefs: [guardTypeDefs, typeDefs], resolvers }),
  context: createAuthContext({ secret }),
  plugins: [useGuard({ unmarked: 'error' })],
})

const server = createServer(yoga)
server.listen(Number(process.env.PORT ?? 4000), 'localhost', async () => {
  console.log(`http://localhost:${server.address().port}/graphql`)
  console.log('ada', await sign({ sub: 'ada' }))
  console.log('bob', await sign({ sub: 'bob' }))
  console.log('root', await sign({ sub: 'root', roles: ['admin'] }))
})

function sign(claims) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))
}
