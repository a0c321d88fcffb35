import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const entry = fileURLToPath(new URL('./workers/guarded-yoga.js', import.meta.url))

let worker: Miniflare
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    external: ['node:*', 'crypto', 'events', 'util', 'stream', 'buffer'],
    logLevel: 'error',
  })
  worker = new Miniflare({
    modules: true,
    script: outputFiles[0]?.text ?? '',
    compatibilityDate: '2025-05-01',
    compatibilityFlags: ['nodejs_compat'],
    host: '127.0.0.1',
    port: 0,
  })
  await worker.ready
})
afterAll(() => worker.dispose())

async function ask(query: string, who = 'nobody', accept = 'application/json') {
  const response = await worker.dispatchFetch('http://worker/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, 'x-who': who },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, text: await response.text() }
}

describe('H10: the guard in a Worker (workerd)', () => {
  test('refuses and lets through as in Node', async () => {
    expect(await ask('{ shop }')).toMatchObject({ status: 200, text: '{"data":{"shop":"open"}}' })
    expect(await ask('{ shop me }')).toMatchObject({ status: 401 })
    expect(await ask('{ me asked }', 'user')).toMatchObject({
      status: 200,
      text: '{"data":{"me":"me","asked":"asked"}}',
    })
  })

  test('shows of the schema what its caller may reach', async () => {
    const query = '{ __type(name: "Query") { fields { name } } }'
    expect((await ask(query)).text).toBe('{"data":{"__type":{"fields":[{"name":"shop"}]}}}')
    expect((await ask(query, 'user')).text).toContain('{"name":"me"}')
  })

  test('ends streams with their token, each for its own request', async () => {
    expect(await ask('subscription { tick }', 'nobody', 'text/event-stream')).toMatchObject({ status: 401 })
    const streams = await Promise.all(
      [1, 2, 3].map(() => ask('subscription { tick }', 'user', 'text/event-stream')),
    )
    for (const { status, text } of streams) {
      expect(status).toBe(200)
      expect(text).toContain('"data":{"tick":1}')
      expect(text).toContain('TOKEN_EXPIRED')
    }
  })
})
