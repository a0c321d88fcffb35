import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type GraphQLResolveInfo, parse } from 'graphql'
import { expect, test } from 'vitest'
import { guardSchema, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'

const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }

test('a resolver called in the middle is judged by its own rule too, whatever it is given', async () => {
  const sealed = makeHost(
    'type Query { sealed(a: String @auth, by: By): String @auth(roles: ["admin"]) } input By { x: Int @auth }',
  )
  const { resolve } =
    guardSchema(sealed.schema, {
      unmarked: 'public',
      viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
    })
      .getQueryType()
      ?.getFields().sealed ?? {}
  for (const args of [{}, { a: 'x' }, { by: { x: 1 } }]) {
    const outer = makeExecutableSchema({
      typeDefs: 'type Query { call: String }',
      resolvers: {
        Query: {
          call: (source: unknown, _args: object, context: unknown, info: GraphQLResolveInfo) =>
            resolve?.(source, args, context, info),
        },
      },
    })
    const run = (viewer: Viewer) =>
      execute({ schema: outer, document: parse('{ call }'), contextValue: { viewer } })
    expect(await run({ kind: 'active' })).toHaveProperty('errors.0.extensions.code', 'FORBIDDEN')
    expect(await run(ADMIN)).toEqual({ data: { call: 'Query.sealed' } })
  }
})
