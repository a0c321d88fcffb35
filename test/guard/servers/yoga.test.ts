import { execute, parse } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { guardSchema, useGuard, type Viewer } from '../../../src/guard/index.js'
import { makeHost } from '../support/host.js'

const typeDefs = 'type Query { open: String secret: String @auth }'
const OPTIONS = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
} as const

function start(plugins: (guard: Plugin) => Plugin[], batching = false) {
  const host = makeHost(typeDefs)
  const yoga = createYoga({
    schema: host.schema,
    batching,
    context: ({ request }) => ({ viewer: { kind: request.headers.get('x-kind') ?? 'anonymous' } }),
    plugins: plugins(useGuard(OPTIONS)),
    logging: false,
  })
  return async (body: unknown, kind = 'anonymous') => {
    host.ran.length = 0
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-kind': kind },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json(), ran: [...host.ran] }
  }
}

/** Documents by their ids, as persisted operations are. */
function usePersisted(documents: Readonly<Record<string, string>>): Plugin {
  return {
    onParams({ params, setParams }) {
      const id: unknown = params.extensions?.id
      if (typeof id === 'string') setParams({ query: documents[id] ?? '' })
    },
  }
}

describe('behind useGuard', () => {
  test('G33 a persisted document is judged as its text', async () => {
    const run = start((guard) => [usePersisted({ a: '{ secret }', b: '{ open }' }), guard])
    expect((await run({ extensions: { id: 'a' } })).status).toBe(401)
    expect((await run({ extensions: { id: 'a' } }, 'active')).status).toBe(200)
    expect((await run({ extensions: { id: 'a' } })).status).toBe(401)
    expect((await run({ extensions: { id: 'b' } })).status).toBe(200)
  })

  test('G34 each operation of a batch is judged alone', async () => {
    const run = start((guard) => [guard], true)
    const { body, ran } = await run([{ query: '{ open }' }, { query: '{ secret }' }, { query: '{ open }' }])
    expect(body.map((answer: object) => 'data' in answer)).toEqual([true, false, true])
    expect(ran).toEqual(['Query.open', 'Query.open'])
  })

  test('a plugin that replaces the schema without telling is judged with what it left', async () => {
    const bare = makeHost('type Query { secret: String @auth }')
    const swap: Plugin = {
      onExecute: ({ args }) => {
        args.schema = bare.schema
      },
    }
    const run = start((guard) => [guard, swap])
    expect((await run({ query: '{ secret }' })).status).toBe(401)
  })
})

test('what the context itself ran does not make a cached answer this request’s own', async () => {
  const schema = guardSchema(makeHost(typeDefs).schema, OPTIONS)
  const document = parse('{ open }')
  const cache: Plugin = {
    async onContextBuilding({ context }) {
      await execute({ schema, document, contextValue: context })
    },
    onExecute: ({ setResultAndStopExecution }) =>
      setResultAndStopExecution({ data: { secret: 'somebody’s' } }),
  }
  const context = { viewer: { kind: 'active' } }
  const yoga = createYoga({ schema, context, plugins: [useGuard(OPTIONS), cache], logging: false })
  const response = await yoga.fetch('http://yoga/graphql?query={secret}')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('somebody')
})
