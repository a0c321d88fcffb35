/** A guarded schema behind a gateway that knows nothing of its rules: it guards itself, wherever it is executed. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { delegateToSchema } from '@graphql-tools/delegate'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { createSchema, createYoga } from 'graphql-yoga'
import { SignJWT } from 'jose'
import { createAuthContext } from 'sallyport/context'
import { guardSchema, guardTypeDefs } from 'sallyport/guard'

// That of whoever issues the tokens. Without one, tokens for a try are printed below.
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString('base64url')

// The orders team's: whoever executes it, by delegation or by graphql-js itself, meets the guard.
const orders = guardSchema(
  makeExecutableSchema({
    typeDefs: [
      guardTypeDefs,
      /* GraphQL */ `
        type Query {
          orders: [Order!]! @auth
        }
        type Order {
          item: String!
          margin: Float! @auth(roles: ["admin"])
        }
      `,
    ],
    resolvers: { Query: { orders: () => [{ item: 'tea', margin: 0.4 }] } },
  }),
  { unmarked: 'error' },
)

// The gateway's: the same fields without a rule. It hands on the context, and so the bearer.
const gateway = createSchema({
  typeDefs: /* GraphQL */ `
    type Query {
      shop: String!
      orders: [Order!]
    }
    type Order {
      item: String!
      margin: Float!
    }
  `,
  resolvers: {
    Query: {
      shop: () => 'open',
      orders: (_, __, context, info) => delegateToSchema({ schema: orders, context, info }),
    },
  },
})

const server = createServer(createYoga({ schema: gateway, context: createAuthContext({ secret }) }))
server.listen(Number(process.env.PORT ?? 4000), 'localhost', async () => {
  console.log(`http://localhost:${server.address().port}/graphql`)
  console.log('ada', await sign({ sub: 'ada' }))
  console.log('root', await sign({ sub: 'root', roles: ['admin'] }))
})

function sign(claims) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))
}
