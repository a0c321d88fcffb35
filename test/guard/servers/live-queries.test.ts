import { GraphQLLiveDirectiveSDL, useLiveQuery } from '@envelop/live-query'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { InMemoryLiveQueryStore } from '@n1ru4l/in-memory-live-query-store'
import { createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { guardTypeDefs, useGuard, type Viewer } from '../../../src/guard/index.js'
import { ANYBODY } from '../support/run.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: Int
    mine: Int @auth
    asked: Int @policy(policies: [["may"]])
    maybe: Int @auth(onDeny: NULL)
  }
`
const ACTIVE: Viewer = { kind: 'active' }

function start(more: (guard: Plugin) => Plugin[] = (guard) => [guard]) {
  const state = { viewer: ANYBODY, may: true, value: 1, ran: 0 }
  const store = new InMemoryLiveQueryStore()
  const resolve = () => {
    state.ran++
    return state.value
  }
  const guard = useGuard({
    unmarked: 'public',
    viewer: () => state.viewer,
    policies: { may: () => state.may },
  })
  const yoga = createYoga({
    schema: makeExecutableSchema({
      typeDefs: [guardTypeDefs, GraphQLLiveDirectiveSDL, typeDefs],
      resolvers: { Query: { open: resolve, mine: resolve, asked: resolve, maybe: resolve } },
    }),
    plugins: [...more(guard), useLiveQuery({ liveQueryStore: store })],
    logging: false,
  })
  const ask = async (query: string, viewer: Viewer) => {
    state.viewer = viewer
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
      body: JSON.stringify({ query }),
    })
    return { status: response.status, read: createReader(response) }
  }
  const change = async (field: string) => {
    state.value++
    await store.invalidate(`Query.${field}`)
  }
  return { state, ask, change }
}

/** Reads on until the text has this. */
function createReader(response: Response) {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  return async (wanted: string | null) => {
    while (wanted === null || !text.includes(wanted)) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
    return text
  }
}

describe('a live query', () => {
  test('of a caller who may is answered at once, and again when data changes', async () => {
    const { ask, change } = start()
    const { status, read } = await ask('query @live { mine open }', ACTIVE)
    expect(status).toBe(200)
    expect(await read('"mine":1')).toContain('{"data":{"mine":1,"open":1}')
    await change('mine')
    expect(await read('"mine":2')).toContain('"open":2')
  })

  test('is for everybody where it asks for nothing guarded', async () => {
    const { ask, change } = start()
    const { read } = await ask('query @live { open }', ANYBODY)
    await read('"open":1')
    await change('open')
    expect(await read('"open":2')).not.toContain('errors')
  })

  test('is refused before anything runs, with its status, also by a policy', async () => {
    const { ask, state } = start()
    expect((await ask('query @live { open mine }', ANYBODY)).status).toBe(401)
    state.may = false
    const { status, read } = await ask('query @live { open asked }', ACTIVE)
    expect(status).toBe(403)
    expect(await read(null)).toContain('FORBIDDEN')
    expect(state.ran).toBe(0)
  })

  test.each([
    ['the token is revoked', 'mine', { viewer: { kind: 'revoked' } as Viewer }, 'TOKEN_REVOKED'],
    ['a field would be null by now', 'maybe', { viewer: { kind: 'expired' } as Viewer }, 'TOKEN_EXPIRED'],
    ['a policy turns to deny', 'asked', { may: false }, 'FORBIDDEN'],
  ])('ends when %s, though nothing changes', async (_name, field, change, code) => {
    const { ask, state } = start()
    const { read } = await ask(`query @live { ${field} }`, ACTIVE)
    await read(`"${field}":1`)
    Object.assign(state, change)
    const text = await read(null)
    expect(text).toMatch(new RegExp(`"code":"${code}".*event: complete`, 's'))
    expect(text.match(/"data"/g)).toHaveLength(1)
  })

  test('shows nothing of a change that comes when the token is over', async () => {
    const { ask, state, change } = start()
    const { read } = await ask('query @live { mine }', ACTIVE)
    await read('"mine":1')
    state.viewer = { kind: 'revoked' }
    await change('mine')
    expect(await read(null)).toMatch(/TOKEN_REVOKED/)
    expect(state.ran).toBe(1)
  })

  test('of another executor is refused: its results may be another caller’s', async () => {
    const elsewhere: Plugin = {
      onExecute({ setExecuteFn }) {
        setExecuteFn((() =>
          (async function* () {
            yield { data: { mine: 1 } }
          })()) as never)
      },
    }
    for (const order of [(guard: Plugin) => [guard, elsewhere], (guard: Plugin) => [elsewhere, guard]]) {
      const { ask } = start(order)
      const { status, read } = await ask('query { mine }', ACTIVE)
      expect(status).toBe(500)
      expect(await read(null)).not.toContain('"mine"')
    }
  })
})
