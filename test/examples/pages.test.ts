import { join } from 'node:path'
import { build } from 'esbuild'
import { createClient } from 'graphql-ws'
import { SignJWT } from 'jose'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Page, type RunningPages, startPages, writePage } from './start-pages.js'

const SECRET = 'the-secret-that-the-tokens-are-signed-with'
const ON_YOGA = ['type-graphql.ts', 'pothos.mjs', 'nexus.mjs', 'grafast.mjs']
const OVER_HTTP = ['nest.ts', 'mercurius.mjs', 'graphql-http.mjs', ...ON_YOGA]
const OVER_SOCKETS = ['nest.ts', 'mercurius.mjs', 'graphql-ws.mjs']
const PROGRAMS = [...OVER_HTTP, 'graphql-ws.mjs', 'graphql-sse.mjs']
const WORKER = 'worker.mjs'
const DEEP = `{ ${'a { '.repeat(30)} b ${'}'.repeat(31)}`

let page: Page
let running: RunningPages
beforeAll(async () => {
  page = await writePage('docs/servers.md')
  running = await startPages(page, PROGRAMS, SECRET)
}, 180_000)
afterAll(async () => {
  await running?.stop()
  await page?.remove()
})

function sign(claims: Record<string, unknown>, life = '1h') {
  return new SignJWT({ sub: 'ada', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime(life)
    .sign(Buffer.from(SECRET))
}

function requestOf(query: string, token: string | undefined, accept = 'application/json') {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...authorization },
    body: JSON.stringify({ query }),
  }
}

async function ask(file: string, query: string, token?: string) {
  const response = await fetch(running.addresses.get(file) ?? '', requestOf(query, token))
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** The events of a request for a stream, as one text. */
async function askForEvents(file: string, query: string, token?: string) {
  const response = await fetch(
    running.addresses.get(file) ?? '',
    requestOf(query, token, 'text/event-stream'),
  )
  return response.text()
}

/** What an operation over a socket has, and at the end the errors that it is refused with. */
async function askBySocket(file: string, query: string, token?: string) {
  class AuthorizedSocket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
    }
  }
  const client = createClient({
    url: running.addresses.get(file)?.replace('http:', 'ws:') ?? '',
    webSocketImpl: AuthorizedSocket,
    retryAttempts: 0,
    ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
  })
  const results: { data?: unknown; errors?: unknown }[] = []
  try {
    for await (const { data, errors } of client.iterate({ query }))
      results.push({ data, ...(errors && { errors }) })
  } catch (errors) {
    results.push({ errors })
  }
  await client.dispose()
  return results
}

const errorOf = (code: string) => [expect.objectContaining({ extensions: expect.objectContaining({ code }) })]

test('every program of the page is started here', () => {
  expect(page.files.filter((file) => !file.endsWith('.json')).sort()).toEqual([...PROGRAMS, WORKER].sort())
})

describe.each(OVER_HTTP)('%s, as the page has it', (file) => {
  test('serves everybody what is public, and the bearer the rest', async () => {
    expect((await ask(file, '{ shop }')).body).toEqual({ data: { shop: 'open' } })
    const { status, body } = await ask(file, '{ orders { item margin } }', await sign({}))
    expect(status).toBe(200)
    expect(body.data).toEqual({ orders: [{ item: 'tea for ada', margin: null }] })
    expect(body.errors).toEqual(errorOf('FORBIDDEN'))
    const root = await ask(file, '{ orders { margin } }', await sign({ roles: ['admin'] }))
    expect(root.body).toEqual({ data: { orders: [{ margin: 0.4 }] } })
  })

  test('refuses as the page says', async () => {
    const { status, headers, body } = await ask(file, '{ shop orders { item } }')
    expect(body.errors).toEqual(errorOf('UNAUTHENTICATED'))
    const isPlain = file === 'graphql-http.mjs'
    expect([status, body.data]).toEqual(isPlain ? [200, null] : [401, undefined])
    expect(headers.get('www-authenticate')).toBe(isPlain ? null : 'Bearer realm="sallyport"')
  })

  test('has the limits of documents', async () => {
    const { body } = await ask(file, DEEP)
    expect(body.errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ limit: 'maxDepth', max: 20 }) }),
    ])
  })
})

test.each(OVER_SOCKETS)('%s refuses a stream over a socket', async (file) => {
  expect(await askBySocket(file, 'subscription { placed }')).toEqual([
    expect.objectContaining({ errors: errorOf('UNAUTHENTICATED') }),
  ])
})

test('streams end with their token', async () => {
  const token = await sign({}, '4s')
  const [events, ...sockets] = await Promise.all([
    askForEvents('graphql-sse.mjs', 'subscription { placed }', token),
    ...OVER_SOCKETS.map((file) => askBySocket(file, 'subscription { placed }', token)),
  ])
  expect(events).toMatch(/"placed":"tea"[\s\S]*TOKEN_EXPIRED[\s\S]*event: complete/)
  for (const results of sockets) {
    expect(results).toEqual([{ data: { placed: 'tea' } }, { data: null, errors: errorOf('TOKEN_EXPIRED') }])
  }
})

test.each(['graphql-ws.mjs', 'mercurius.mjs'])(
  '%s has the limits of documents on its sockets',
  async (file) => {
    const [refused] = await askBySocket(file, `subscription ${DEEP}`)
    expect(refused?.errors).toEqual(errorOf('INVALID_REQUEST'))
  },
)

test('graphql-sse.mjs: a refusal is an event', async () => {
  const file = 'graphql-sse.mjs'
  expect(await askForEvents(file, '{ shop }')).toContain('data: {"data":{"shop":"open"}}')
  expect(await askForEvents(file, '{ shop orders }')).toContain('UNAUTHENTICATED')
  expect(await askForEvents(file, DEEP)).toContain('"limit":"maxDepth"')
  expect(await askForEvents(file, '{ orders }', await sign({}))).toContain('tea for ada')
})

describe('worker.mjs, in workerd without a compatibility flag', () => {
  let worker: Miniflare
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(page.folder, WORKER)],
      bundle: true,
      format: 'esm',
      write: false,
      platform: 'browser',
      conditions: ['workerd', 'worker', 'browser'],
      mainFields: ['browser', 'module', 'main'],
      logLevel: 'error',
    })
    worker = new Miniflare({
      modules: true,
      script: outputFiles[0]?.text ?? '',
      compatibilityDate: '2025-05-01',
      bindings: { JWT_SECRET_KEY: SECRET },
      host: '127.0.0.1',
      port: 0,
    })
    await worker.ready
  }, 180_000)
  afterAll(() => worker?.dispose())

  test('refuses and lets through as in Node', async () => {
    const askWorker = async (query: string, token?: string) => {
      const response = await worker.dispatchFetch('http://worker/graphql', requestOf(query, token))
      return { status: response.status, text: await response.text() }
    }
    expect(await askWorker('{ shop }')).toEqual({ status: 200, text: '{"data":{"shop":"open"}}' })
    expect(await askWorker('{ orders { item } }')).toMatchObject({ status: 401 })
    expect((await askWorker('{ orders { item } }', await sign({}, '-1s'))).text).toContain('TOKEN_EXPIRED')
    expect((await askWorker('{ orders { item } }', `${await sign({})}x`)).text).toContain('TOKEN_INVALID')
    expect((await askWorker('{ orders { item } }', await sign({}))).text).toContain('tea for ada')
    expect((await askWorker(DEEP)).text).toContain('"limit":"maxDepth"')
  })
})
