import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type GraphQLField, isObjectType, parse, subscribe } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../src/guard/index.js'
import { noteRuns } from './support/host.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String @public
    me: String @auth
    maybe: String @auth(onDeny: NULL)
    thing: Thing @public
  }
  type Thing {
    text: String @auth
  }
  type Mutation {
    first: String @public
    second: String @auth @policy(policies: [["never"]])
  }
  type Subscription {
    news: String @auth
  }
`

function makeGuarded() {
  const { ran, resolve } = noteRuns()
  const schema = guardSchema(
    makeExecutableSchema({
      typeDefs: [guardTypeDefs, typeDefs],
      resolvers: {
        Query: {
          open: resolve('open'),
          me: resolve('me'),
          maybe: resolve('maybe'),
          thing: () => ({ text: 'text' }),
        },
        Mutation: { first: resolve('first'), second: resolve('second') },
        Subscription: { news: { subscribe: () => events(['one', 'two']) } },
      },
    }),
    {
      unmarked: 'error',
      viewer: (context) => (context as { viewer: Viewer }).viewer,
      policies: { never: () => false },
    },
  )
  const state = { viewer: { kind: 'anonymous' } as Viewer }
  const contextValue = {
    get viewer() {
      return state.viewer
    },
  }
  const run = async (query: string, viewer: Viewer) => {
    ran.length = 0
    state.viewer = viewer
    const { data, errors } = await execute({ schema, document: parse(query), contextValue })
    return { data, code: errors?.[0]?.extensions.code ?? null, ran: [...ran] }
  }
  return { schema, run, ran, state, contextValue }
}

async function* events(texts: readonly string[]) {
  for (const news of texts) yield { news }
}

type Field = GraphQLField<unknown, unknown>

/** As OpenTelemetry does: each resolver of each object type, in place. */
function replaceAll(
  schema: ReturnType<typeof makeGuarded>['schema'],
  replace: (field: Field) => Field['resolve'],
) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) field.resolve = replace(field)
  }
}

const NOBODY: Viewer = { kind: 'anonymous' }
const ACTIVE: Viewer = { kind: 'active' }

describe('H6: a resolver that is put into a guarded schema', () => {
  test.each([
    [
      'and calls the guarded one',
      ({ resolve }: Field): Field['resolve'] =>
        (...call) =>
          resolve?.(...call),
    ],
    [
      'and calls nothing',
      ({ name }: Field): Field['resolve'] =>
        () =>
          name === 'thing' ? {} : `other ${name}`,
    ],
    ['and is none', () => undefined],
  ])('%s, is guarded', async (_what, replace) => {
    const { schema, run, ran } = makeGuarded()
    replaceAll(schema, replace)
    for (const query of ['{ open me }', '{ thing { text } }', 'mutation { first second }']) {
      expect(await run(query, NOBODY)).toMatchObject({ code: 'UNAUTHENTICATED', ran: [] })
    }
    expect(await run('mutation { first second }', ACTIVE)).toMatchObject({ code: 'FORBIDDEN' })
    expect(ran).toEqual([])
    expect(await run('{ maybe }', NOBODY)).toMatchObject({
      data: { maybe: null },
      code: 'UNAUTHENTICATED',
      ran: [],
    })
    expect(await run('{ open me maybe thing { text } }', ACTIVE)).toMatchObject({ code: null })
  })

  test('is the one that runs', async () => {
    const { schema, run } = makeGuarded()
    const field = schema.getQueryType()?.getFields().me as Field
    const guarded = field.resolve
    field.resolve = () => 'other'
    expect(await run('{ me }', ACTIVE)).toMatchObject({ data: { me: 'other' }, code: null })
    field.resolve = guarded
    expect(await run('{ me }', ACTIVE)).toMatchObject({ data: { me: 'me' }, code: null })
  })

  test('cannot be put there by a new property', () => {
    const { schema } = makeGuarded()
    const field = schema.getQueryType()?.getFields().me as Field
    expect(() => Object.defineProperty(field, 'resolve', { value: () => 'leaked' })).toThrow(TypeError)
  })

  test('as the source of a subscription is guarded, and its stream ends with the token', async () => {
    const { schema, state, contextValue } = makeGuarded()
    const field = schema.getSubscriptionType()?.getFields().news as Field
    let isOver = false
    field.subscribe = async function* () {
      try {
        for (;;) {
          yield { news: 'other' }
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      } finally {
        isOver = true
      }
    }
    const document = parse('subscription { news }')
    state.viewer = NOBODY
    expect(await subscribe({ schema, document, contextValue })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
    state.viewer = ACTIVE
    const stream = await subscribe({ schema, document, contextValue })
    if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream))
    expect((await stream.next()).value?.data).toEqual({ news: 'other' })
    state.viewer = { kind: 'revoked' }
    let last: unknown
    for await (const { errors } of stream) last = errors?.[0]?.extensions.code
    expect([last, isOver]).toEqual(['TOKEN_REVOKED', true])
  })
})
