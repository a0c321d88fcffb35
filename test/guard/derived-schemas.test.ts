import { makeExecutableSchema } from '@graphql-tools/schema'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { execute, type GraphQLSchema, lexicographicSortSchema, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type GuardOptions, guardSchema, guardTypeDefs } from '../../src/guard/index.js'

const typeDefs = /* GraphQL */ `
  type Query {
    a: Int @public
  }
  type Mutation {
    first: Int @public
    second(id: ID, amount: Int): Int @auth(roles: ["admin"], scopes: [["pay"]])
  }
`

function makeSchema() {
  const ran: string[] = []
  const resolve = (name: string) => () => {
    ran.push(name)
    return 1
  }
  const schema = makeExecutableSchema({
    typeDefs: [guardTypeDefs, typeDefs],
    resolvers: {
      Query: { a: resolve('a') },
      Mutation: { first: resolve('first'), second: resolve('second') },
    },
  })
  return { schema, ran }
}

const OPTIONS: GuardOptions = {
  unmarked: 'error',
  viewer: (context) => (context as { viewer: ReturnType<NonNullable<GuardOptions['viewer']>> }).viewer,
}
const NOBODY = { viewer: { kind: 'anonymous' } }
const ADMIN = { viewer: { kind: 'active', roles: ['admin'], scopes: ['pay'] } }

async function run(schema: GraphQLSchema, contextValue: unknown, query = 'mutation { first second }') {
  const { data, errors } = await execute({ schema, document: parse(query), contextValue })
  return { data, codes: errors?.map(({ extensions }) => extensions.code) ?? [] }
}

/** Another server keeps the fields, and nothing of the directives. */
function dropDirectives(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: ({ astNode: _astNode, ...field }) => field,
    [MapperKind.ROOT_OBJECT]: (type) => {
      const { astNode: _astNode, extensionASTNodes: _nodes, ...config } = type.toConfig()
      return new (type.constructor as typeof import('graphql').GraphQLObjectType)(config)
    },
  })
}

describe('H7: a sorted schema', () => {
  test('is guarded when it was sorted before', async () => {
    const { schema, ran } = makeSchema()
    const guarded = guardSchema(lexicographicSortSchema(schema), OPTIONS)
    expect(await run(guarded, NOBODY)).toMatchObject({ codes: expect.arrayContaining(['UNAUTHENTICATED']) })
    expect(ran).toEqual([])
    expect(await run(guarded, ADMIN)).toEqual({ data: { first: 1, second: 1 }, codes: [] })
  })

  test('is guarded when it is sorted afterwards: nothing runs before a refusal', async () => {
    const { schema, ran } = makeSchema()
    const sorted = lexicographicSortSchema(guardSchema(schema, OPTIONS))
    expect(await run(sorted, NOBODY)).toMatchObject({ codes: expect.arrayContaining(['UNAUTHENTICATED']) })
    expect(ran).toEqual([])
    expect(await run(sorted, ADMIN)).toEqual({ data: { first: 1, second: 1 }, codes: [] })
  })
})

describe('H7: a schema derived from a guarded one', () => {
  test('is refused when it lost its directives: no root field runs, whoever asks', async () => {
    const { schema, ran } = makeSchema()
    const derived = dropDirectives(guardSchema(schema, OPTIONS))
    for (const context of [NOBODY, ADMIN]) {
      const { data, codes } = await run(derived, context)
      expect(new Set(codes)).toEqual(new Set(['INTERNAL_SERVER_ERROR']))
      expect(data).toEqual({ first: null, second: null })
    }
    expect(ran).toEqual([])
  })

  test('that dropped one rule is still judged by that rule', async () => {
    const { schema, ran } = makeSchema()
    const derived = mapSchema(guardSchema(schema, OPTIONS), {
      [MapperKind.ROOT_FIELD]: (field, name) => {
        if (name !== 'second' || field.astNode == null) return undefined
        return {
          ...field,
          astNode: { ...field.astNode, directives: [] },
          extensions: { directives: { public: {} } },
        }
      },
    })
    const { data, codes } = await run(derived, NOBODY, 'mutation { second }')
    expect(codes).toEqual(['UNAUTHENTICATED'])
    expect(data).toEqual({ second: null })
    expect(ran).toEqual([])
  })

  test('that dropped one rule is still judged by it after policies allowed the operation', async () => {
    const schema = makeExecutableSchema({
      typeDefs: [
        guardTypeDefs,
        'type Query { a: Int @auth(roles: ["admin"]) @policy(policies: [["yes"]]) b: Int @policy(policies: [["yes"]]) }',
      ],
      resolvers: { Query: { a: () => 1, b: () => 1 } },
    })
    let asked = 0
    const policies = {
      async yes() {
        asked++
        return true
      },
    }
    const derived = mapSchema(guardSchema(schema, { ...OPTIONS, policies }), {
      [MapperKind.ROOT_FIELD]: (field, name) => {
        if (name !== 'a' || field.astNode == null) return undefined
        const directives = field.astNode.directives?.filter((directive) => directive.name.value === 'policy')
        return { ...field, astNode: { ...field.astNode, directives } }
      },
    })
    const user = { viewer: { kind: 'active', roles: ['user'] } }
    expect(await run(derived, user, '{ a }')).toEqual({ data: { a: null }, codes: ['FORBIDDEN'] })
    expect(await run(derived, user, '{ b }')).toEqual({ data: { b: 1 }, codes: [] })
    expect(asked).toBeGreaterThan(1)
  })

  test('a schema of its own kind may call a guarded resolver, which judges itself', async () => {
    const { schema, ran } = makeSchema()
    const second = guardSchema(schema, OPTIONS).getMutationType()?.getFields().second
    const outer = makeExecutableSchema({
      typeDefs: 'type Query { pay: Int }',
      resolvers: { Query: { pay: (...call) => second?.resolve?.(...call) } },
    })
    expect(await run(outer, NOBODY, '{ pay }')).toEqual({ data: { pay: null }, codes: ['UNAUTHENTICATED'] })
    expect(await run(outer, ADMIN, '{ pay }')).toEqual({ data: { pay: 1 }, codes: [] })
    expect(ran).toEqual(['second'])
  })
})
