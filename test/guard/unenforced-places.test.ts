import { makeExecutableSchema } from '@graphql-tools/schema'
import { GraphQLEnumType, type GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema } from 'graphql'
import { expect, test } from 'vitest'
import { GuardSchemaError, guardSchema, guardTypeDefs } from '../../src/guard/index.js'

function problemsOf(schema: GraphQLSchema): readonly string[] {
  try {
    guardSchema(schema, { unmarked: 'public' })
    return []
  } catch (error) {
    if (error instanceof GuardSchemaError) return error.problems
    throw error
  }
}

test('a rule on an enum value, in SDL and code-first, whatever the definition allows', () => {
  const definitions = guardTypeDefs.replaceAll('ARGUMENT_DEFINITION', 'ARGUMENT_DEFINITION | ENUM_VALUE')
  const sdl =
    'type Query { a(e: E): E @auth } enum E { X Y @auth(roles: ["admin"]) } extend enum E { Z @fresh }'
  const problem = expect.stringMatching(
    /^E\.[YZ]: @(auth|fresh) is not enforced on enum values; move it to the arguments/,
  )
  expect(problemsOf(makeExecutableSchema({ typeDefs: [definitions, sdl] }))).toEqual([problem, problem])
  const values = { X: { extensions: { directives: { policy: { policies: [['p']] } } } } }
  const fields = {
    a: {
      type: new GraphQLEnumType({ name: 'E', values }),
      extensions: { directives: { public: {} } },
    },
  }
  const codeFirst = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) })
  expect(problemsOf(codeFirst)).toEqual([expect.stringContaining('E.X: @policy is not enforced on enum')])
})

test.each([
  ['Query.a', (schema: GraphQLSchema) => schema.getQueryType()?.getFields().a],
  ['Query.a(e:)', (schema: GraphQLSchema) => schema.getQueryType()?.getFields().a?.args[0]],
  ['Query', (schema: GraphQLSchema) => schema.getQueryType()],
  ['E', (schema: GraphQLSchema) => schema.getType('E')],
  ['E.X', (schema: GraphQLSchema) => (schema.getType('E') as GraphQLEnumType).getValue('X')],
  ['I.x', (schema: GraphQLSchema) => (schema.getType('I') as GraphQLInputObjectType).getFields().x],
])('H9: %s has a plan of Grafast', (coordinate, partOf) => {
  const schema = makeExecutableSchema({
    typeDefs: [guardTypeDefs, 'type Query { a(e: E, i: I): Int @auth } enum E { X } input I { x: Int }'],
  })
  Object.assign(schema.extensions, { grafast: { cache: {} } })
  expect(problemsOf(schema)).toEqual([])
  const part = partOf(schema)
  if (part == null) throw new Error('no such part')
  part.extensions = { grafast: { plan: () => {} } }
  expect(problemsOf(schema)).toEqual([
    expect.stringContaining(`${coordinate}: has a plan in extensions.grafast`),
  ])
})
