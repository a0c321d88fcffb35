import { GraphQLError, GraphQLScalarType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { startSharedServer } from '../support/server.js'

describe('variables of which thousands are wrong', async () => {
  let read = 0
  const parse = () => {
    read++
    throw new GraphQLError('Odd: never right')
  }
  const server = await startSharedServer({
    typeDefs:
      'scalar Odd extend type Query { odd(list: [Odd!]): Int @public, guarded(list: [Odd!]): Int @auth }',
    resolvers: { Odd: new GraphQLScalarType({ name: 'Odd', parseValue: parse }) },
  })
  const { accessToken } = await server.signUp()
  const list = Array.from({ length: 5_000 }, (_, index) => index)

  test.each([
    ['a query that is for everybody', 'query ($list: [Odd!]) { odd(list: $list) }'],
    ['a guarded one', 'query ($list: [Odd!]) { guarded(list: $list) }'],
    ['a query with a condition', 'query ($list: [Odd!], $if: Boolean!) { odd(list: $list) @skip(if: $if) }'],
  ])('cost no more than a few, in %s: the rest is not looked at', async (_what, query) => {
    read = 0
    const variables = { list, if: false }
    const answer = await server.ask(query, { variables, token: accessToken })
    expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
    expect(read).toBeLessThan(10)
    expect(answer.errors.length).toBeLessThan(10)
    // Nobody is told more, and nothing is let in by it.
    const anonymous = await server.ask(query, { variables })
    expect(anonymous.status).toBe(query.includes('guarded') ? 401 : 400)
    expect(read).toBeLessThan(20)
  })

  test('one that is wrong is told as before', async () => {
    const { errors } = await server.ask('query ($list: [Odd!]) { odd(list: $list) }', {
      variables: { list: [7] },
    })
    expect(errors.map(({ message }) => message)).toEqual([
      'Variable "$list" has an invalid value at "list[0]".',
    ])
  })
})
