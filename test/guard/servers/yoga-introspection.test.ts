import { createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { type Introspection, useGuard, type ViewerKind } from '../../../src/guard/index.js'
import { useCarelessCache, useExecutingCache, useParamsCache, useStoppingCache } from '../support/caches.js'
import { makeHost } from '../support/host.js'
import { optionsOf, typeDefs } from '../support/introspected-servers.js'

describe('behind useGuard in a Yoga of other plugins', () => {
  const startWith = (
    plugins: (guard: Plugin) => Plugin[],
    introspection: Introspection = 'authenticated',
  ) => {
    const yoga = createYoga({
      schema: makeHost(typeDefs).schema,
      context: ({ request }) => ({ viewer: { kind: request.headers.get('x-kind') } }),
      plugins: plugins(useGuard(optionsOf(introspection))),
      batching: true,
      logging: false,
    })
    return async (kind: ViewerKind, body: object | string) => {
      const response =
        typeof body === 'string'
          ? await yoga.fetch(`http://yoga/graphql?${new URLSearchParams({ query: body })}`, {
              headers: { 'x-kind': kind },
            })
          : await yoga.fetch('http://yoga/graphql', {
              method: 'POST',
              headers: { 'content-type': 'application/json', 'x-kind': kind },
              body: JSON.stringify(body),
            })
      return { status: response.status, body: await response.json() }
    }
  }
  const query = '{ __schema { queryType { name } } }'

  test('G40 over GET', async () => {
    const ask = startWith((guard) => [guard])
    expect((await ask('anonymous', query)).status).toBe(401)
    expect((await ask('active', query)).body).toEqual({
      data: { __schema: { queryType: { name: 'Query' } } },
    })
  })

  test('G40 in a batch each operation is judged alone', async () => {
    const { body } = await startWith((guard) => [guard])('anonymous', [{ query: '{ open }' }, { query }])
    expect(body.map((answer: object) => 'data' in answer)).toEqual([true, false])
  })

  test('G40 a persisted document is judged as its text', async () => {
    const persisted: Plugin = { onParams: ({ setParams }) => setParams({ query }) }
    const ask = startWith((guard) => [persisted, guard])
    expect((await ask('active', { extensions: { id: 'a' } })).status).toBe(200)
    expect((await ask('anonymous', { extensions: { id: 'a' } })).status).toBe(401)
  })

  test.each(['authenticated', 'filtered'] as const)(
    'G40 whatever caches keep of it, each is shown their own, %s',
    async (introspection) => {
      const whole = '{ __schema { types { name } } __type(name: "Secret") { name } __typename }'
      for (const cache of [useParamsCache, useExecutingCache, useCarelessCache, useStoppingCache]) {
        for (const order of [(guard: Plugin) => [cache(), guard], (guard: Plugin) => [guard, cache()]]) {
          const ask = startWith(order, introspection)
          for (let round = 0; round < 2; round++) {
            const { status, body } = await ask('active', { query: whole })
            expect([status, body.data.__type]).toEqual([200, { name: 'Secret' }])
            const nobody = await ask('anonymous', { query: whole })
            expect(nobody.status).toBe(introspection === 'filtered' ? 200 : 401)
            expect(JSON.stringify(nobody.body)).not.toContain('Secret')
          }
        }
      }
    },
  )

  test('G40 a schema that somebody put in place of the guarded one is not shown', async () => {
    const other = makeHost('type Query { open: String }').schema
    const swap: Plugin = { onExecute: ({ args }) => void Object.assign(args, { schema: other }) }
    for (const plugins of [(guard: Plugin) => [swap, guard], (guard: Plugin) => [guard, swap]]) {
      for (const introspection of ['off', 'filtered'] as const) {
        const ask = startWith(plugins, introspection)
        const { status, body } = await ask('active', { query: `{ open ...F } fragment F on Query ${query}` })
        // What is not the guarded schema cannot be filtered.
        expect(status).toBe(introspection === 'off' ? 403 : 500)
        expect(body).not.toHaveProperty('data')
      }
    }
  })
})
