import { makeExecutableSchema } from '@graphql-tools/schema'
import { mapSchema } from '@graphql-tools/utils'
import {
  buildSchema,
  type DocumentNode,
  execute,
  type FieldNode,
  type GraphQLFieldResolver,
  GraphQLInputObjectType,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  Kind,
  type OperationDefinitionNode,
  parse,
  printSchema,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, useGuard, type Viewer } from '../../src/guard/index.js'
import { type Host, makeHost } from './support/host.js'
import { ANYBODY, executeRaw, type Request } from './support/run.js'

const USER: Viewer = { kind: 'active', roles: ['user'] }

const OPTIONS = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
  policies: { yes: async () => true, no: async () => false },
} as const

const typeDefs = /* GraphQL */ `
  type Query {
    open(filter: Filter): String
    secret: String @auth
    yes: String @policy(policies: [["yes"]])
    no: String @policy(policies: [["no"]])
  }
  input Filter {
    text: String
    owner: String @auth
  }
`

async function outcomeOf(
  host: Host,
  schema: GraphQLSchema,
  document: DocumentNode,
  request?: Omit<Request, 'query'>,
) {
  host.ran.length = 0
  const { errors } = await executeRaw(schema, document, request)
  return { code: errors?.[0]?.extensions.code ?? null, ran: [...host.ran] }
}

/** What the plugin answers in place of the execution. */
function refusalOf(
  schema: GraphQLSchema,
  text: string,
  options: Partial<Parameters<typeof useGuard>[0]> = {},
) {
  const context = { viewer: ANYBODY }
  let code: unknown = null
  useGuard({ ...OPTIONS, ...options }).onExecute({
    args: { schema, document: parse(text), contextValue: context },
    context,
    setResultAndStopExecution: ({ errors }) => {
      code = errors[0]?.extensions.code
    },
  })
  return code
}

describe('a document that nobody validated', () => {
  const host = makeHost(typeDefs)
  const guarded = guardSchema(host.schema, OPTIONS)

  test.each(['nonsense', 'constructor', '__proto__'])(
    'an input field that does not exist hides none beside it: %s',
    async (name) => {
      const document = parse(`{ open yes: open(filter: { ${name}: 1, owner: "x" }) }`)
      expect(await outcomeOf(host, guarded, document)).toEqual({ code: 'UNAUTHENTICATED', ran: [] })
    },
  )

  test.each([
    ['an operation whose root type the schema lacks', 'mutation { open }'],
    ['a fragment that is not there', '{ open ...Lost }'],
  ])('%s is refused before execution', (_what, text) => {
    expect(refusalOf(guarded, text)).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  test('a tree that no parser makes lets nothing run, whatever it breaks', async () => {
    const document = parse('{ open second: open(filter: { owner: "x" }) }')
    const [operation] = document.definitions as [OperationDefinitionNode]
    const [, second] = operation.selectionSet.selections as [FieldNode, FieldNode]
    const [argument] = second.arguments ?? []
    const broken = { ...second, arguments: [{ ...argument, kind: Kind.ARGUMENT, value: undefined }] }
    const selections = [operation.selectionSet.selections[0], broken]
    const selectionSet = { ...operation.selectionSet, selections }
    const tree = { ...document, definitions: [{ ...operation, selectionSet }] } as unknown as DocumentNode
    expect(await outcomeOf(host, guarded, tree, { viewer: USER })).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      ran: [],
    })
  })
})

describe('a fragment that is reached with very many kinds of values', () => {
  const names = Array.from({ length: 13 }, (_, index) => `T${index}`)
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other] as const))
  const host = makeHost([
    'type Query { any: Any } interface Any { id: ID } type Guarded implements Any { id: ID @auth }',
    ...names.map((name) => `type ${name} implements Any { id: ID }`),
    ...pairs.map(([one, other]) => `union ${one}_${other} = ${one} | ${other}`),
  ])
  const guarded = guardSchema(host.schema, OPTIONS)

  test.each([
    [64, null],
    [65, 'UNAUTHENTICATED'],
    [78, 'UNAUTHENTICATED'],
  ])('is judged for all that it can be reached with, from the 65th on: %d', async (count, code) => {
    const spreads = pairs.slice(0, count).map(([one, other]) => `... on ${one}_${other} { ...F }`)
    const document = parse(`{ any { ${spreads.join(' ')} } } fragment F on Any { id }`)
    expect((await outcomeOf(host, guarded, document)).code).toBe(code)
  })
})

describe('a schema that somebody made of a guarded one', () => {
  test('has policies asked before anything runs, and its own field too', async () => {
    const host = makeHost(typeDefs)
    const derived = mapSchema(guardSchema(host.schema, OPTIONS), {})
    const run = (text: string) => outcomeOf(host, derived, parse(text), { viewer: USER })
    expect(await run('{ open no }')).toEqual({ code: 'FORBIDDEN', ran: [] })
    expect(await run('{ open yes }')).toEqual({ code: null, ran: ['Query.open', 'Query.yes'] })
  })

  test('by putting another root type of the same name into it is judged before anything runs', async () => {
    const host = makeHost(typeDefs)
    const schema = guardSchema(host.schema, OPTIONS)
    const query = new GraphQLObjectType((schema.getType('Query') as GraphQLObjectType).toConfig())
    Object.assign(schema, { _queryType: query })
    Object.assign(schema.getTypeMap(), { Query: query })
    const run = (text: string) => outcomeOf(host, schema, parse(text), { viewer: USER })
    expect(await run('{ open no }')).toEqual({ code: 'FORBIDDEN', ran: [] })
    expect(await run('{ open yes }')).toEqual({ code: null, ran: ['Query.open', 'Query.yes'] })
  })

  test('and has lost what the guard reads lets nobody in', () => {
    const lost = buildSchema(printSchema(makeHost(typeDefs).schema))
    expect(() => refusalOf(lost, '{ open }', { unmarked: 'error' })).toThrow('is not guarded')
  })

  test('is judged as if every condition held where a caller hides the variables', async () => {
    let seen: GraphQLResolveInfo | undefined
    const schema = guardSchema(
      makeExecutableSchema({
        typeDefs: [guardTypeDefs, typeDefs],
        resolvers: {
          Query: {
            open(_source: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) {
              seen = info
              return 'open'
            },
          },
        },
      }),
      OPTIONS,
    )
    const derived = mapSchema(schema, {})
    const document = parse('query ($x: Boolean!) { open secret @skip(if: $x) }')
    const { errors } = await executeRaw(derived, document, { variables: { x: true } })
    expect(errors).toBeUndefined()
    const { resolve } = derived.getQueryType()?.getFields().open ?? {}
    const call = () => resolve?.({}, {}, { viewer: ANYBODY }, { ...seen, variableValues: 0 } as never)
    expect(call).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) }),
    )
  })
})

test('a field called in the middle for nobody knows whom is refused', async () => {
  const { resolve } = guardSchema(makeHost(typeDefs).schema, OPTIONS).getQueryType()?.getFields().secret ?? {}
  const outer = makeExecutableSchema({
    typeDefs: 'type Query { call: String }',
    resolvers: {
      Query: { call: (...call: Parameters<GraphQLFieldResolver<unknown, unknown>>) => resolve?.(...call) },
    },
  })
  const call = async (contextValue: object) =>
    execute({ schema: outer, document: parse('{ call }'), contextValue })
  expect(await call({})).toHaveProperty('errors.0.extensions.code', 'UNAVAILABLE')
  expect(await call({ viewer: USER })).toEqual({ data: { call: 'Query.secret' } })
})

test('a field or an argument that was added after the schema was guarded has the operation refused', async () => {
  const host = makeHost(typeDefs)
  const schema = guardSchema(host.schema, OPTIONS)
  const args = { late: { type: GraphQLString } }
  const late = new GraphQLObjectType({ name: 'Late', fields: { late: { type: GraphQLString, args } } })
  const fields = schema.getQueryType()?.getFields() ?? {}
  Object.assign(fields, late.getFields())
  Object.assign(fields.secret ?? {}, { args: late.getFields().late?.args })
  const run = (text: string) => outcomeOf(host, schema, parse(text), { viewer: USER })
  for (const text of ['{ open late }', '{ open secret }', '{ open secret(late: "x") }']) {
    expect(await run(text)).toEqual({ code: 'INTERNAL_SERVER_ERROR', ran: [] })
  }
  expect(await run('{ open }')).toEqual({ code: null, ran: ['Query.open'] })
})

test.each([
  ['not given', '{ search }'],
  ['in a literal', '{ search(by: { late: "x" }) }'],
  ['in a variable', 'query ($by: Search) { search(by: $by) }'],
  ['of a type within the given one', '{ open deep(by: { all: [{ late: "x" }] }) }'],
])(
  'an input field that was added after the schema was guarded has the operation refused: %s',
  async (_how, text) => {
    const host = makeHost(`
    type Query { open(by: Other): String @public search(by: Search): String deep(by: Deep): String }
    input Other { text: String }
    input Search { text: String }
    input Deep { all: [Search!] again: Deep }
  `)
    const schema = guardSchema(host.schema, OPTIONS)
    const late = new GraphQLInputObjectType({ name: 'Late', fields: { late: { type: GraphQLString } } })
    const search = schema.getType('Search') as GraphQLInputObjectType
    Object.assign(search.getFields(), late.getFields())
    const run = (query: string) =>
      outcomeOf(host, schema, parse(query), { viewer: USER, variables: { by: { late: 'x' } } })
    expect(await run('{ open(by: { text: "x" }) }')).toEqual({ code: null, ran: ['Query.open'] })
    for (let times = 0; times < 2; times++) {
      expect(await run(text)).toEqual({ code: 'INTERNAL_SERVER_ERROR', ran: [] })
    }
  },
)
