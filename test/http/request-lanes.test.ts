import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, type Plugin } from 'graphql-yoga'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerHeaders } from '../../src/http/answer-headers.js'
import { createGraphQLServer, type GraphQLServer } from '../../src/http/graphql-server.js'
import { createFetchHandler, createNodeListener, type LaneOptions } from '../../src/http/request-lanes.js'
import { createTestLogger } from '../support/test-logger.js'

const QUESTION = JSON.stringify({ query: 'query ($x: Int) { answer(x: $x) }', variables: { x: 7 } })
const JSON_HEADER = { 'content-type': 'application/json' }

function createOptions(
  plugins: Plugin[] = [],
): LaneOptions & { logger: ReturnType<typeof createTestLogger> } {
  const logger = createTestLogger()
  const schema = createSchema({
    typeDefs: 'type Query { answer(x: Int): Int }',
    resolvers: { Query: { answer: (_parent, { x }) => x } },
  })
  return {
    graphql: createGraphQLServer({ schema, endpoint: '/graphql', context: () => ({}), plugins, logger }),
    endpoint: '/graphql',
    maxBodyBytes: 500_000,
    headers: answerHeaders('authorization'),
    logger,
    plain: () => null,
  }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...JSON_HEADER, ...headers }, body })
}

function newRequest(body: string, init: RequestInit = {}): Request {
  return new Request('http://host.example/graphql', { method: 'POST', headers: JSON_HEADER, body, ...init })
}

async function codeOf(response: Response): Promise<string> {
  return (await response.json()).errors[0].extensions.code
}

describe('a host that reads the body before it hands the request on', () => {
  /** As body parsers do: all of it is read, and perhaps `request.body` is set, when we are asked. */
  function serveAfter(leave: (text: string) => unknown): Promise<string> {
    const listener = createNodeListener(createOptions())
    return serve(async (request: IncomingMessage & { body?: unknown }, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      request.body = leave(text)
      listener(request, response)
    })
  }

  test.each<[string, (text: string) => unknown]>([
    ['an object', JSON.parse],
    ['text', (text) => text],
    ['bytes', (text) => Buffer.from(text)],
  ])('is understood where it leaves %s', async (_what, leave) => {
    const response = await post(await serveAfter(leave), QUESTION)
    expect(await response.json()).toEqual({ data: { answer: 7 } })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [JSON.parse(QUESTION)]],
    ['an object without a query', {}],
    ['text that is no JSON', 'hunter2'],
  ])('is answered 400 where it leaves %s', async (_what, left) => {
    const response = await post(await serveAfter(() => left), QUESTION)
    expect(response.status).toBe(400)
    const text = await response.text()
    expect(text).toContain('INVALID_REQUEST')
    expect(text).not.toContain('hunter2')
  })

  test('of a Fetch request, too', async () => {
    const request = newRequest(QUESTION)
    await request.text()
    const response = await createFetchHandler(createOptions())(request)
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('INVALID_REQUEST')
  })
})

describe('what fails unforeseen', () => {
  const broken = Object.assign(
    () => {
      throw new TypeError('hunter2')
    },
    { fetch: () => Promise.reject(new TypeError('hunter2')) },
  ) as unknown as GraphQLServer

  test.each(['node', 'fetch'])('on the way of %s is 500 under an id that the log has', async (way) => {
    const options = { ...createOptions(), graphql: broken }
    const response =
      way === 'fetch'
        ? await createFetchHandler(options)(newRequest(QUESTION))
        : await post(await serve(createNodeListener(options)), QUESTION)
    expect(response.status).toBe(500)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = await response.text()
    expect(text).not.toContain('hunter2')
    const { extensions } = JSON.parse(text).errors[0]
    expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', action: 'none', id: expect.any(String) })
    expect(options.logger.lines).toEqual([
      {
        level: 'error',
        message: 'unexpected error',
        fields: { id: extensions.id, err: expect.any(TypeError) },
      },
    ])
  })

  test('for a client that gave up is no mistake of ours', async () => {
    const options = { ...createOptions(), graphql: broken }
    const controller = new AbortController()
    controller.abort()
    const response = await createFetchHandler(options)(newRequest(QUESTION, { signal: controller.signal }))
    expect(response.status).toBe(400)
    expect(options.logger.lines).toEqual([])
  })

  test('for a body that breaks off neither', async () => {
    const options = createOptions()
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('hunter2')) })
    const init = { method: 'POST', headers: JSON_HEADER, body, duplex: 'half' } as RequestInit
    const response = await createFetchHandler(options)(new Request('http://host.example/graphql', init))
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('INVALID_REQUEST')
    expect(options.logger.lines).toEqual([])
  })
})

test('variables nested without end are answered, and no mistake of ours', async () => {
  const deep = `{"query":"query ($x: Int) { answer(x: $x) }","variables":{"x":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`
  const options = createOptions()
  const answers = [
    await createFetchHandler(options)(newRequest(deep)),
    await post(await serve(createNodeListener(options)), deep),
  ]
  expect(answers.map(({ status }) => status)).toEqual([400, 400])
  expect(await Promise.all(answers.map(codeOf))).toEqual(['INVALID_REQUEST', 'BAD_USER_INPUT'])
  expect(options.logger.lines).toEqual([])
})

describe('an answer as a stream of events', () => {
  const notes: Plugin = {
    onExecute: () => ({
      onExecuteDone: ({ result, setResult }) =>
        setResult({ ...result, extensions: { note: 'kept', http: { headers: { 'x-note': 'kept' } } } }),
    }),
  }

  test.each([
    'text/event-stream',
    'Text/Event-Stream',
    'text/*',
    'text/*;q=0.5, */event-stream',
    'text/event-stream, image/png',
  ])('for %s is kept by no cache, and loses nothing that a host put there', async (accept) => {
    const url = await serve(createNodeListener(createOptions([notes])))
    const response = await post(url, QUESTION, { accept })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-note')).toBe('kept')
    expect(await response.text()).toContain('"extensions":{"note":"kept"}')
  })

  test.each(['application/json', 'multipart/mixed', '*/*', 'text/html, */*'])(
    'no other is weaker: %s',
    async (accept) => {
      const url = await serve(createNodeListener(createOptions()))
      const response = await post(url, QUESTION, { accept })
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
    },
  )
})
