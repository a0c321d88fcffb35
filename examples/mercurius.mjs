/** Fastify with Mercurius: the schema refuses, `mercuriusGuard` gives the refusal its status and challenge. */
import { randomBytes } from 'node:crypto'
import { makeExecutableSchema } from '@graphql-tools/schema'
import Fastify from 'fastify'
import { SignJWT } from 'jose'
import mercurius from 'mercurius'
import { createAuthContext } from 'sallyport/context'
import { guardSchema, guardTypeDefs } from 'sallyport/guard'
import { mercuriusGuard } from 'sallyport/guard/mercurius'

// That of whoever issues the tokens. Without one, tokens for a try are printed below.
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString('base64url')

const typeDefs = /* GraphQL */ `
  type Query {
    shop: String! @public
    orders: [String!]! @auth
    accounts: [String!]! @auth(roles: ["admin"])
  }
`
const resolvers = {
  Query: {
    shop: () => 'open',
    orders: (_, __, { identity }) => [`tea for ${identity.subject}`],
    accounts: () => ['ada', 'root'],
  },
}

const app = Fastify()
await app.register(mercurius, {
  // All resolvers go into the schema before it is guarded, none to Mercurius.
  schema: guardSchema(makeExecutableSchema({ typeDefs: [guardTypeDefs, typeDefs], resolvers }), {
    unmarked: 'error',
  }),
  context: createAuthContext({ secret }),
})
mercuriusGuard(app)

const url = await app.listen({ port: Number(process.env.PORT ?? 4000), host: 'localhost' })
console.log(`${url}/graphql`)
console.log('ada', await sign({ sub: 'ada' }))
console.log('root', await sign({ sub: 'root', roles: ['admin'] }))

function sign(claims) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))
}
