import { makeExecutableSchema } from '@graphql-tools/schema'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { type GraphQLSchema, parse } from 'graphql'
import { createYoga, type Plugin, type YogaServerOptions } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { guardTypeDefs, type UseGuardOptions, useGuard, type Viewer } from '../../../src/guard/index.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    me: String @auth
  }
  type Mutation {
    pay: String @auth @policy(policies: [["never"]])
  }
  type Subscription {
    tick: Int @auth
  }
`
const ACTIVE: Viewer = { kind: 'active' }
const NOBODY: Viewer = { kind: 'anonymous' }

function makeHost() {
  const ran: string[] = []
  const make = (name: string) =>
    makeExecutableSchema({
      typeDefs: [guardTypeDefs, typeDefs],
      resolvers: {
        Query: { open: () => name, me: () => name },
        Mutation: { pay: () => ran.push('pay') && 'paid' },
        Subscription: {
          tick: {
            async *subscribe() {
              for (let tick = 0; ; tick++) {
                yield { tick }
                await new Promise((resolve) => setTimeout(resolve, 20))
              }
            },
          },
        },
      },
    })
  return { make, ran }
}

type YogaSchema = YogaServerOptions<object, object>['schema']

function start(schema: YogaSchema, plugins: (guard: Plugin) => Plugin[], options?: Partial<UseGuardOptions>) {
  const state = { viewer: NOBODY }
  const guard = useGuard({
    unmarked: 'public',
    viewer: () => state.viewer,
    policies: { never: () => false },
    ...options,
  })
  const yoga = createYoga({
    ...(schema === undefined ? {} : { schema }),
    plugins: plugins(guard),
    logging: false,
  })
  const ask = async (query: string, viewer: Viewer, accept = 'application/json') => {
    state.viewer = viewer
    return yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    })
  }
  return { ask, state, yoga }
}

/** Sets a schema for each request, as Yoga does for a function. */
function useSchemaAtRequest(schema: () => GraphQLSchema): Plugin {
  return { onEnveloped: ({ setSchema }) => setSchema(schema()) }
}
const USE_NOTHING: Plugin = { onEnveloped() {} }

const WAYS: [string, (make: () => GraphQLSchema) => [YogaSchema, (guard: Plugin) => Plugin[]]][] = [
  ['a schema', (make) => [make(), (guard) => [guard]]],
  ['a function', (make) => [() => make(), (guard) => [guard]]],
  ['a function that answers later', (make) => [async () => make(), (guard) => [guard]]],
  ['a promise', (make) => [Promise.resolve(make()), (guard) => [guard]]],
  [
    'a function, with the guard behind others',
    (make) => [() => make(), (guard) => [USE_NOTHING, {}, guard, {}]],
  ],
  ['a plugin before the guard', (make) => [undefined, (guard) => [useSchemaAtRequest(make), guard]]],
  ['a plugin behind the guard', (make) => [undefined, (guard) => [guard, useSchemaAtRequest(make)]]],
  [
    'the third plugin of its kind',
    (make) => [undefined, (guard) => [USE_NOTHING, guard, USE_NOTHING, useSchemaAtRequest(make)]],
  ],
  [
    'a plugin that changes what it is shown',
    (make) => [
      () => make(),
      (guard) => [
        guard,
        {
          onSchemaChange({ schema, replaceSchema }) {
            if (schema.extensions.isCopy === true) return
            const copy = mapSchema(schema, { [MapperKind.OBJECT_TYPE]: () => undefined })
            copy.extensions = { isCopy: true }
            replaceSchema(copy)
          },
        },
      ],
    ],
  ],
]

describe.each(WAYS)('H1: the schema comes from %s', (_name, wayOf) => {
  test('the guard wraps it: refused before anything runs, answered for whoever may', async () => {
    const { make, ran } = makeHost()
    const once = make('one')
    const { ask } = start(...wayOf(() => once))
    expect((await ask('{ me }', NOBODY)).status).toBe(401)
    expect((await ask('mutation { pay }', ACTIVE)).status).toBe(403)
    expect(ran).toEqual([])
    const response = await ask('{ me open }', ACTIVE)
    expect(await response.json()).toEqual({ data: { me: 'one', open: 'one' } })
  })

  test('a stream ends with its token', async () => {
    const { make } = makeHost()
    const once = make('one')
    const { ask, state } = start(...wayOf(() => once))
    const response = await ask('subscription { tick }', ACTIVE, 'text/event-stream')
    state.viewer = { kind: 'revoked' }
    expect(await response.text()).toContain('TOKEN_REVOKED')
  })
})

test('H1: each request may have a schema of its own', async () => {
  const { make } = makeHost()
  const names = ['1', '2', '3'].values()
  const { ask } = start(
    () => make(String(names.next().value)),
    (guard) => [guard],
  )
  expect((await ask('{ me }', NOBODY)).status).toBe(401)
  expect(await (await ask('{ me }', ACTIVE)).json()).toEqual({ data: { me: '2' } })
  expect(await (await ask('{ me }', ACTIVE)).json()).toEqual({ data: { me: '3' } })
})

test('H1: a schema that the guard was never shown is refused, and the error says why', async () => {
  const { make, ran } = makeHost()
  const { yoga } = start(make('one'), (guard) => [guard])
  const { execute, subscribe } = yoga.getEnveloped({})
  for (const [run, text] of [
    [execute, 'mutation { pay }'],
    [execute, '{ open }'],
    [subscribe, 'subscription { tick }'],
  ] as const) {
    const call = async () => run({ schema: make('two'), document: parse(text), contextValue: {} })
    await expect(call()).rejects.toThrow('The schema of this request is not guarded')
  }
  expect(ran).toEqual([])
})
