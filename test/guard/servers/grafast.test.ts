import { makeExecutableSchema } from '@graphql-tools/schema'
import { type GraphQLSchema, parse } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import {
  GuardSchemaError,
  guardSchema,
  guardTypeDefs,
  useGuard,
  type Viewer,
} from '../../../src/guard/index.js'
import { constant, execute, lambda, makeGrafastSchema, sideEffect } from '../support/grafast.js'
import { noteRuns } from '../support/host.js'
import { ANYBODY } from '../support/run.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open(sort: Sort, by: By): String
    secret: String @auth
    holder: Holder
    node: Node
  }
  enum Sort {
    UP
  }
  input By {
    name: String
  }
  type Holder {
    secret: String @auth
    maybe: String @auth(onDeny: NULL)
  }
  interface Node {
    id: ID
  }
  type Diary implements Node @auth {
    id: ID
  }
  type Mutation {
    first: String
    second: String @auth
  }
`

const viewer = (context: unknown) => (context as { viewer: Viewer }).viewer

function makePlanned(ran: string[]): GraphQLSchema {
  const note = (name: string) => lambda(null, () => ran.push(name))
  return makeGrafastSchema({
    typeDefs: [guardTypeDefs, typeDefs].join('\n'),
    objects: {
      Query: {
        plans: {
          open: () => constant('open'),
          secret() {
            ran.push('the plan of secret')
            return note('secret')
          },
        },
      },
      Mutation: { plans: { first: () => sideEffect(null, () => ran.push('first')) } },
    },
  })
}

describe('H9: plans of Grafast run before the guard could refuse', () => {
  test('a schema with plans stops the start, with and without the adapter', async () => {
    const ran: string[] = []
    const schema = makePlanned(ran)
    expect(() => guardSchema(schema, { unmarked: 'public' })).toThrow(GuardSchemaError)
    expect(() => guardSchema(schema, { unmarked: 'public' })).toThrow(
      /- Query\.open, Query\.secret, Mutation\.first: has a plan in extensions\.grafast/,
    )
    expect(() => createYoga({ schema, plugins: [useGuard({ unmarked: 'public' })] })).toThrow(
      GuardSchemaError,
    )
    // What the guard refuses to be put around: the plan runs, whatever it says.
    await execute({ schema, document: parse('{ secret }') })
    expect(ran).toEqual(['the plan of secret', 'secret'])
    // It has caches in the schema's own extensions by now, which are no plans.
    expect(schema.extensions.grafast).toBeDefined()
  })

  test('a schema with resolvers alone is guarded under Grafast, also when Grafast executed it before', async () => {
    const { ran, resolve } = noteRuns()
    const unguarded = makeExecutableSchema({
      typeDefs: [guardTypeDefs, typeDefs],
      resolvers: {
        Query: {
          open: resolve('open'),
          secret: resolve('secret'),
          holder: () => ({ secret: 'held', maybe: 'perhaps' }),
          node: () => ({ __typename: 'Diary', id: 'd' }),
        },
        Mutation: { first: resolve('first'), second: resolve('second') },
      },
    })
    await execute({ schema: unguarded, document: parse('{ __typename }') })
    const schema = guardSchema(unguarded, { unmarked: 'public', viewer })
    const ask = async (query: string, who: Viewer = ANYBODY) => {
      const result = await execute({ schema, document: parse(query), contextValue: { viewer: who } })
      return [result.data, result.errors?.[0]?.extensions.code]
    }
    expect(await ask('{ open secret }')).toEqual([{ open: null, secret: null }, 'UNAUTHENTICATED'])
    expect(await ask('{ node { id } }')).toEqual([{ node: null }, 'UNAUTHENTICATED'])
    expect(await ask('{ holder { secret } }')).toEqual([{ holder: null }, 'UNAUTHENTICATED'])
    expect(await ask('mutation { first second }')).toEqual([{ first: null, second: null }, 'UNAUTHENTICATED'])
    expect(ran).toEqual([])
    expect(await ask('{ holder { maybe } }')).toEqual([{ holder: { maybe: null } }, 'UNAUTHENTICATED'])
    const query = '{ open secret holder { secret maybe } node { id } }'
    expect(await ask(query, { kind: 'active' })).toEqual([
      { open: 'open', secret: 'secret', holder: { secret: 'held', maybe: 'perhaps' }, node: { id: 'd' } },
      undefined,
    ])
  })
})
