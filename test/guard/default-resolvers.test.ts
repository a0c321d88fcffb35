import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type GraphQLResolveInfo, parse, subscribe } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../src/guard/index.js'
import { ANYBODY } from './support/run.js'

const USER: Viewer = { kind: 'active' }

const OPTIONS = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
  policies: { yes: async () => true },
} as const

describe('fields without resolvers of their own', () => {
  const schema = guardSchema(
    makeExecutableSchema({
      typeDefs: [
        guardTypeDefs,
        `type Query { people: [Person!] secret: String @auth asked: String @policy(policies: [["yes"]]) }
        type Person { name: String @auth }
        type Subscription { news: String @auth }`,
      ],
    }),
    OPTIONS,
  )
  const people = [{ name: 'Ada' }, { name: () => 'Bob' }]
  const rootValue = {
    people,
    secret: 'kept',
    asked: () => 'told',
    async *news() {
      yield { news: 'first' }
    },
  }
  const run = async (text: string, viewer: Viewer, more: object = {}) =>
    execute({ schema, document: parse(text), rootValue, contextValue: { viewer }, ...more })

  test('give what the object has, to whom the guard lets through', async () => {
    const text = '{ people { name } secret asked }'
    expect(JSON.parse(JSON.stringify(await run(text, USER)))).toEqual({
      data: { people: [{ name: 'Ada' }, { name: 'Bob' }], secret: 'kept', asked: 'told' },
    })
    const { data, errors } = await run(text, ANYBODY)
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(JSON.stringify(data)).not.toMatch(/Ada|Bob|kept|told/)
  })

  test('are not handed to the executor’s fieldResolver, which no resolver is told of', async () => {
    const asked: string[] = []
    const fieldResolver = (_source: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
      asked.push(info.fieldName)
      return 'other'
    }
    const result = await run('{ secret }', USER, { fieldResolver })
    expect(result.data).toMatchObject({ secret: 'kept' })
    expect(asked).toEqual([])
  })

  test('a subscription starts with what the root value has', async () => {
    const start = async (viewer: Viewer) =>
      subscribe({ schema, document: parse('subscription { news }'), rootValue, contextValue: { viewer } })
    expect(await start(ANYBODY)).toHaveProperty('errors.0.extensions.code', 'UNAUTHENTICATED')
    const stream = (await start(USER)) as AsyncGenerator<{ data: object }>
    const first = await stream.next()
    expect(first.value.data).toMatchObject({ news: 'first' })
    await stream.return(undefined)
  })
})
