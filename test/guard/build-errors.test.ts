import { makeExecutableSchema } from '@graphql-tools/schema'
import { buildSchema, GraphQLObjectType, GraphQLSchema, GraphQLString, printSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import {
  type GuardOptions,
  GuardSchemaError,
  guardSchema,
  guardTypeDefs,
  type Unmarked,
  useGuard,
} from '../../src/guard/index.js'

function problemsOf(schema: GraphQLSchema, options: Partial<GuardOptions> = {}): readonly string[] {
  try {
    guardSchema(schema, { unmarked: 'public', ...options })
    return []
  } catch (error) {
    if (error instanceof GuardSchemaError) return error.problems
    throw error
  }
}

function problemsIn(typeDefs: string, options?: Partial<GuardOptions>): readonly string[] {
  return problemsOf(makeExecutableSchema({ typeDefs: [guardTypeDefs, typeDefs] }), options)
}

describe('a rule that cannot be meant stops the build', () => {
  test.each([
    ['G13', 'x: Int @auth(roles: [])', 'Query.x: @auth(roles: []) would let nobody in'],
    ['G13', 'x: Int @auth(scopes: [])', 'Query.x: @auth(scopes: []) would let nobody in'],
    ['G13', 'x: Int @auth(scopes: [[]])', 'Query.x: @auth(scopes: []) would let nobody in'],
    ['G13', 'x: Int @auth(claims: [])', 'Query.x: @auth(claims: []) demands nothing'],
    [
      'G13',
      'x: Int @auth(claims: [{ name: "a", in: [] }])',
      'Query.x: @auth(claims: []) would let nobody in',
    ],
    ['G13', 'x: Int @auth(roles: [""])', 'Query.x: @auth(roles:) takes a list of names'],
    ['G13', 'x: Int @auth(roles: null)', 'Query.x: @auth(roles:) takes a list of names'],
    ['G18', 'x: Int @auth(scopes: ["a", "b"])', 'Query.x: @auth(scopes:) takes a list of lists'],
    ['G18', 'x: Int @auth(scopes: "a")', 'Query.x: @auth(scopes:) takes a list of lists'],
    ['G18', 'x: Int @public @auth', 'Query.x: @public contradicts the rule beside it'],
    [
      'G18',
      'x: Int @auth(optional: true, roles: ["a"])',
      'Query.x: @auth(optional: true) lets nobody in too',
    ],
    [
      'G18',
      'x: Int @auth(optional: true, scopes: [["a"]])',
      'Query.x: @auth(optional: true) lets nobody in too',
    ],
    [
      'G18',
      'x: Int @auth(optional: true, claims: [{ name: "a", in: ["b"] }])',
      'Query.x: @auth(optional: true) lets nobody in too',
    ],
    ['G18', 'x: Int @auth(optional: true) @fresh', 'Query.x: optional beside another rule'],
    ['G18', 'x: Int @fresh(maxAge: 0)', 'Query.x: @fresh(maxAge:) takes whole seconds, at least 1'],
  ])('%s %s', (_id, field, problem) => {
    expect(problemsIn(`type Query { ${field} }`)).toEqual([expect.stringContaining(problem)])
  })

  test('@public on a field of a type without a rule says what is so anyway', () => {
    expect(problemsIn('type Query { t: T } type T { x: Int @public }')).toEqual([])
  })

  test('G18 @public inside a guarded type that is no root type', () => {
    const problems = problemsIn('type Query { t: T } type T @auth { x: Int @public }')
    expect(problems).toEqual([expect.stringContaining('T.x: @public cannot cancel the rule of T')])
  })

  test('G18 a root field without a rule, for each of the three choices', () => {
    const typeDefs = 'type Query { a: Int b: Int @auth } type Mutation { c: Int }'
    const problems = (unmarked: Unmarked) => problemsIn(typeDefs, { unmarked })
    expect(problems('error')).toEqual([
      expect.stringContaining('Query.a: has no rule; mark it with @auth or @public'),
      expect.stringContaining('Mutation.c: has no rule'),
    ])
    expect(problems('authenticated')).toEqual([])
    expect(problems('public')).toEqual([])
  })

  test('an option unmarked that is missing or unknown', () => {
    const schema = makeExecutableSchema({ typeDefs: [guardTypeDefs, 'type Query { a: Int @auth }'] })
    expect(() => guardSchema(schema, {} as GuardOptions)).toThrow(/^unmarked: /)
    expect(() => useGuard({ unmarked: 'anything' as Unmarked })).toThrow(/^unmarked: /)
  })

  test('every mistake is listed at once, and a Yoga with the plugin does not start', () => {
    const schema = makeExecutableSchema({
      typeDefs: [guardTypeDefs, 'type Query { a: Int @auth(roles: []) b: Int @public @fresh }'],
    })
    expect(problemsOf(schema)).toHaveLength(2)
    expect(() => createYoga({ schema, plugins: [useGuard({ unmarked: 'error' })] })).toThrow(GuardSchemaError)
  })
})

describe('a directive that would not be enforced stops the build', () => {
  test('G15 a directive without its definition', () => {
    const schema = makeExecutableSchema({
      typeDefs: 'type Query { a: Int @auth b: Int @other }',
      assumeValidSDL: true,
    })
    expect(problemsOf(schema)).toEqual([
      expect.stringContaining('Query.a: @auth is not defined'),
      expect.stringContaining('Query.b: @other is not defined'),
    ])
  })

  test('G15 a schema that was printed and built again without directives', () => {
    const schema = makeExecutableSchema({
      typeDefs: [guardTypeDefs, 'type Query { a: Int @auth } type Mutation { b: Int @auth }'],
    })
    const rebuilt = buildSchema(printSchema(schema))
    for (const unmarked of ['error', 'authenticated', 'public'] as const) {
      expect(problemsOf(rebuilt, { unmarked })).toContainEqual(expect.stringContaining('printSchema does'))
    }
  })

  test('G12 a directive that was renamed, without a mapping', () => {
    const renamed = guardTypeDefs.replace('@auth(', '@login(')
    const typeDefs = [renamed, 'type Query { a: Int @login(roles: ["x"]) b: Int @public }']
    expect(problemsOf(makeExecutableSchema({ typeDefs }))).toEqual([
      expect.stringContaining(
        "@login: is @auth by another name; say so with the option directives: { auth: 'login' }",
      ),
    ])
  })

  test('a definition that differs from the guard’s', () => {
    const other = guardTypeDefs.replace('optional: Boolean = false', 'optional: Boolean = true')
    expect(problemsOf(makeExecutableSchema({ typeDefs: [other, 'type Query { a: Int @auth }'] }))).toEqual([
      expect.stringContaining("@auth: is defined otherwise than the guard's @auth"),
    ])
  })

  test('a mapping to a name that the schema does not have', () => {
    const problems = problemsIn('type Query { a: Int @auth @fresh }', { directives: { policy: 'nowhere' } })
    expect(problems).toContainEqual('directives.policy: the schema has no @nowhere')
  })

  test('a directive where the guard does not look', () => {
    const schema = makeExecutableSchema({
      assumeValidSDL: true,
      typeDefs: [
        guardTypeDefs,
        'type Query { a: E @auth } enum E @auth { X @auth } scalar S @auth union U @auth = T type T { x: Int }',
      ],
    })
    expect(problemsOf(schema).map((problem) => problem.split(':')[0])).toEqual(['E', 'E.X', 'S', 'U'])
  })

  test('code-first arguments are read as strictly', () => {
    const auth = (args: unknown) => ({ directives: { auth: args } })
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: {
          a: { type: GraphQLString, extensions: auth({ roles: [] }) },
          b: { type: GraphQLString, extensions: auth({ role: ['admin'] }) },
          c: { type: GraphQLString, extensions: auth([{ scopes: [['a']] }, { scopes: ['a'] }]) },
        },
      }),
    })
    expect(problemsOf(schema)).toEqual([
      expect.stringContaining('Query.a: @auth(roles: [])'),
      expect.stringContaining('Query.b: @auth(role:) is not an argument'),
      expect.stringContaining('Query.c: @auth(scopes:) takes a list of lists'),
    ])
  })
})

describe('inputs that cannot be guarded stop the build', () => {
  test.each([
    [
      'G18 a guarded argument with a default',
      'type Query { x(a: Int = 1 @auth): Int }',
      'Query.x(a:): is guarded and has a default',
    ],
    [
      'G18 one whose default is null',
      'type Query { x(a: Int = null @auth): Int }',
      'Query.x(a:): is guarded and has a default',
    ],
    [
      'G18 a guarded input field with a default',
      'type Query { x(i: I): Int } input I { a: Int = 1 @auth }',
      'I.a: is guarded and has a default',
    ],
    [
      'G18 a default that gives a guarded field',
      'type Query { x(i: I = { j: { a: 1 } }): Int } input I { j: J } input J { a: Int @auth }',
      'Query.x(i:): its default gives J.a',
    ],
    [
      'G18 onDeny on an argument',
      'type Query { x(a: Int @auth(onDeny: NULL)): Int }',
      'Query.x(a:): @auth(onDeny:) is for fields',
    ],
    [
      'a directive of documents that can carry a guarded field',
      'type Query { x(i: I): Int } input I { a: Int @auth } directive @d(i: I) on FIELD',
      '@d(i:): can carry I.a',
    ],
  ])('%s', (_name, typeDefs, problem) => {
    expect(problemsIn(typeDefs)).toContainEqual(expect.stringContaining(problem))
  })
})
