import { parse } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { type Introspection, useGuard, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    secret: String @auth
  }
  type Mutation {
    change: String @auth
  }
`

interface Context {
  readonly viewer: Viewer
}

function start(kind: Viewer['kind'], introspection: Introspection = 'public', plugins: Plugin[] = []) {
  const host = makeHost(typeDefs)
  let built = 0
  const yoga = createYoga({
    schema: host.schema,
    batching: true,
    context: () => {
      built++
      return { viewer: { kind } }
    },
    plugins: [
      ...plugins,
      useGuard({
        unmarked: 'public',
        introspection,
        viewer: (context) => (context as Context).viewer,
      }),
    ],
    logging: false,
  })
  const count = async (body: unknown) => {
    built = 0
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await response.text()
    return built
  }
  return { host, yoga, count }
}

describe('the context is built once a request', () => {
  test.each([
    '{ open }',
    '{ secret }',
    '{ open secret }',
    'mutation { change }',
    '{ __typename }',
    '{ __schema { queryType { name } } }',
    '{ open __schema { queryType { name } } }',
  ])('%s', async (query) => {
    for (const introspection of ['public', 'filtered', 'authenticated'] as const) {
      for (const kind of ['active', 'anonymous'] as const) {
        expect(await start(kind, introspection).count({ query })).toBe(1)
      }
    }
  })

  test('for each operation of a batch, as Yoga builds them', async () => {
    const batch = ['{ open }', '{ __typename }', '{ secret }'].map((query) => ({ query }))
    expect(await start('active').count(batch)).toBe(3)
  })

  test('also where a plugin answers in place of the execution, or before there is a context', async () => {
    const data = { data: { open: 'cached' } }
    const instead: Plugin = { onExecute: ({ setResultAndStopExecution }) => setResultAndStopExecution(data) }
    const before: Plugin = { onParams: ({ setResult }) => setResult(data) }
    for (const plugin of [instead, before]) {
      expect(await start('active', 'public', [plugin]).count({ query: '{ open }' })).toBe(1)
    }
  })
})

describe('a context that cannot be written to', () => {
  const contexts: [string, (content: object) => object][] = [
    ['frozen', Object.freeze],
    ['sealed', Object.seal],
    [
      'a proxy that throws',
      (content) =>
        new Proxy(content, {
          set() {
            throw new Error('read-only')
          },
        }),
    ],
  ]
  test.each(contexts)('serves under Envelop as any other: %s', async (_name, make) => {
    const { host, yoga } = start('active')
    const { schema, execute } = yoga.getEnveloped({})
    const run = async (text: string, contextValue: object) => {
      host.ran.length = 0
      return execute({ schema, document: parse(text), contextValue })
    }
    const active = make({ viewer: { kind: 'active' } })
    const anonymous = make({ viewer: { kind: 'anonymous' } })
    // Kept for another operation, and of the same content.
    for (const contextValue of [active, active, make({ viewer: { kind: 'active' } })]) {
      expect(await run('{ open secret }', contextValue)).toEqual({
        data: { open: 'Query.open', secret: 'Query.secret' },
      })
    }
    expect(await run('{ open }', anonymous)).toEqual({ data: { open: 'Query.open' } })
    expect(await run('{ open secret }', anonymous)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect(host.ran).toEqual([])
  })

  test('a cached answer does not count as run, because the same context ran before', async () => {
    const cached = { data: { secret: 'of another' } }
    let isCached = false
    const cache: Plugin = {
      onExecute: ({ setExecuteFn }) => {
        if (isCached) setExecuteFn(() => cached as never)
      },
    }
    const { yoga } = start('active', 'public', [cache])
    const { schema, execute } = yoga.getEnveloped({})
    const contextValue = Object.freeze({ viewer: { kind: 'active' } })
    const run = async () => execute({ schema, document: parse('{ secret }'), contextValue })
    expect(await run()).toEqual({ data: { secret: 'Query.secret' } })
    isCached = true
    await expect(run()).rejects.toThrow('may be somebody else')
  })
})
