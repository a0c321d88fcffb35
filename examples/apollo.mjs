/** Apollo Server with the tokens of another issuer: its public keys by `jwksUrl`, its claims by `grants`. */
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { createAuthContext } from 'sallyport/context'
import { guardSchema, guardTypeDefs } from 'sallyport/guard'
import { apolloGuard } from 'sallyport/guard/apollo'
import { startDemoIssuer } from './demo-issuer.mjs'

const audience = 'orders-api'
// Keycloak: issuer https://HOST/realms/REALM, jwksUrl the same with /protocol/openid-connect/certs.
// Auth0: issuer https://TENANT.auth0.com/ (with the slash), jwksUrl the same with .well-known/jwks.json.
const { issuer, jwksUrl, sign } = await startDemoIssuer()

/** Keycloak: roles of the realm, and those of this API. */
const keycloakGrants = ({ realm_access, resource_access, scope }) => ({
  roles: [...(realm_access?.roles ?? []), ...(resource_access?.[audience]?.roles ?? [])],
  scopes: scope?.split(' '),
})

/** Auth0: permissions where the API has them in its tokens; roles where an action adds them, under a name of yours. */
const auth0Grants = (claims) => ({
  roles: claims['https://orders.example/roles'],
  scopes: claims.permissions ?? claims.scope?.split(' '),
})

const auth = createAuthContext({
  jwksUrl,
  issuer,
  audience,
  // Here both, to show both; take that of your issuer.
  grants: (claims) => ('realm_access' in claims ? keycloakGrants(claims) : auth0Grants(claims)),
  logger: console,
})

const typeDefs = /* GraphQL */ `
  type Query {
    shop: String! @public
    orders: [String!]! @auth(scopes: [["orders:read"], ["orders:admin"]])
    accounts: [String!]! @auth(roles: ["admin"])
  }
`
const resolvers = { Query: { shop: () => 'open', orders: () => ['tea'], accounts: () => ['ada'] } }

const schema = makeExecutableSchema({ typeDefs: [guardTypeDefs, typeDefs], resolvers })
const server = new ApolloServer({
  schema: guardSchema(schema, { unmarked: 'error' }),
  plugins: [apolloGuard()],
})
const { url } = await startStandaloneServer(server, {
  context: auth,
  listen: { port: Number(process.env.PORT ?? 4000), host: 'localhost' },
})

console.log(url)
const realm = { aud: [audience, 'account'], typ: 'Bearer', azp: 'shop', scope: 'openid profile' }
console.log('keycloak-admin', await sign({ ...realm, sub: '7f9c', realm_access: { roles: ['admin'] } }))
console.log(
  'keycloak-reader',
  await sign({ ...realm, sub: '1b2d', scope: 'openid orders:read', realm_access: { roles: ['customer'] } }),
)
const tenant = { aud: audience, azp: 'shop', scope: 'openid' }
console.log('auth0-reader', await sign({ ...tenant, sub: 'auth0|ada', permissions: ['orders:read'] }))
console.log('auth0-scope', await sign({ ...tenant, sub: 'auth0|bob', scope: 'openid orders:read' }))
console.log(
  'auth0-admin',
  await sign({ ...tenant, sub: 'auth0|root', 'https://orders.example/roles': ['admin'] }),
)
console.log(
  'elsewhere',
  await sign({ ...realm, sub: '7f9c', aud: 'crm', realm_access: { roles: ['admin'] } }),
)
