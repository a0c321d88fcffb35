/** The same field for every target: an object that is there already, so that nothing but the way to it is measured. */
export const typeDefs = /* GraphQL */ `
  type BenchUser {
    id: ID!
    email: String!
  }
`
export const user = { id: '1', email: 'ada@example.com' }
export const query = '{ benchMe { id email } }'
