import type { IncomingMessage } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import type { GraphQLServer } from '../../src/http/graphql-server.js'
import { StoreUnavailable } from '../../src/store/failures.js'
import {
  codeOf,
  createOptions,
  handleFetch,
  handleNode,
  JSON_HEADER,
  newRequest,
  post,
  QUESTION,
  serve,
} from './ways-in.js'

describe('a host that reads the body before it hands the request on', () => {
  /** As body parsers do: all of it is read, and perhaps `request.body` is set, when we are asked. */
  function serveAfter(leave: (text: string) => unknown): Promise<string> {
    const listener = handleNode(createOptions())
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
    const response = await handleFetch(createOptions())(request)
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('INVALID_REQUEST')
  })
})

describe('what fails unforeseen', () => {
  const broken = {
    run: () => Promise.reject(new TypeError('hunter2')),
  } as unknown as GraphQLServer

  test.each(['node', 'fetch'])('on the way of %s is 500 under an id that the log has', async (way) => {
    const options = { ...createOptions(), graphql: broken }
    const response =
      way === 'fetch'
        ? await handleFetch(options)(newRequest(QUESTION))
        : await post(await serve(handleNode(options)), QUESTION)
    expect(response.status).toBe(500)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = await response.text()
    expect(text).not.toContain('hunter2')
    const { extensions } = JSON.parse(text).errors[0]
    expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', action: 'none', id: expect.any(String) })
    expect(options.logger.lines).toEqual([
      {
        level: 'error',
        message: 'request failed',
        fields: expect.objectContaining({ errorId: extensions.id, err: expect.any(TypeError) }),
      },
    ])
  })

  test('for a client that gave up is no mistake of ours', async () => {
    const options = { ...createOptions(), graphql: broken }
    const controller = new AbortController()
    controller.abort()
    const response = await handleFetch(options)(newRequest(QUESTION, { signal: controller.signal }))
    expect(response.status).toBe(400)
    expect(options.logger.lines).toEqual([])
  })

  test('for a body that breaks off neither', async () => {
    const options = createOptions()
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('hunter2')) })
    const init = { method: 'POST', headers: JSON_HEADER, body, duplex: 'half' } as RequestInit
    const response = await handleFetch(options)(new Request('http://host.example/graphql', init))
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('INVALID_REQUEST')
    expect(options.logger.lines).toEqual([])
  })
})

describe('attempts that cannot be counted', () => {
  const TWO = JSON.stringify({ query: 'mutation { a: login b: login }' })
  const broken = () => Promise.reject(new StoreUnavailable('the database failed'))
  const stream = { ...JSON_HEADER, accept: 'text/event-stream' }

  test.each([
    ['of an operation', TWO],
    ['of a batch', `[${TWO}]`],
  ])('%s, are UNAVAILABLE whichever way they come in', async (_what, body) => {
    const options = createOptions([], () => {}, broken)
    const url = await serve(handleNode(options))
    const ask = handleFetch(options)
    for (const answer of [await post(url, body), await ask(newRequest(body))]) {
      expect(answer.status).toBe(503)
      expect(await codeOf(answer)).toBe('UNAVAILABLE')
    }
    const streams = [await post(url, body, stream), await ask(newRequest(body, { headers: stream }))]
    for (const answer of streams) expect(await answer.text()).toContain('UNAVAILABLE')
    expect(new Set(options.logger.lines.map(({ message }) => message))).toEqual(new Set(['request failed']))
  })
})

test('variables nested without end are answered, and no mistake of ours', async () => {
  const deep = `{"query":"query ($x: Int) { answer(x: $x) }","variables":{"x":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`
  const options = createOptions()
  const answers = [
    await handleFetch(options)(newRequest(deep)),
    await post(await serve(handleNode(options)), deep),
  ]
  expect(answers.map(({ status }) => status)).toEqual([400, 400])
  expect(await Promise.all(answers.map(codeOf))).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT'])
  // Node 20 cannot write them again, for Yoga to read; later ones can.
  const headers = { ...JSON_HEADER, accept: 'text/event-stream' }
  const streamed = await handleFetch(options)(newRequest(deep, { headers }))
  expect(await streamed.text()).toMatch(/"code":"(INVALID_REQUEST|BAD_USER_INPUT)"/)
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
    const url = await serve(handleNode(createOptions([notes])))
    const response = await post(url, QUESTION, { accept })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-note')).toBe('kept')
    expect(await response.text()).toContain('"extensions":{"note":"kept"}')
  })

  test.each(['application/json', 'multipart/mixed', '*/*', 'text/html, */*'])(
    'no other is weaker: %s',
    async (accept) => {
      const url = await serve(handleNode(createOptions()))
      const response = await post(url, QUESTION, { accept })
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
    },
  )
})

describe('a subscription', () => {
  const subscription = JSON.stringify({ query: 'subscription { ticks }' })

  test.each(['node', 'fetch'])('is a stream of events on the way of %s', async (way) => {
    const headers = { accept: 'application/json, text/event-stream' }
    const response =
      way === 'fetch'
        ? await handleFetch(createOptions())(
            newRequest(subscription, { headers: { ...JSON_HEADER, ...headers } }),
          )
        : await post(await serve(handleNode(createOptions())), subscription, headers)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('data: {"data":{"ticks":1}}')
  })

  test.each(['application/json', 'application/graphql-response+json', 'application/*'])(
    'that nobody could read, for Accept %s, is refused before its source begins',
    async (accept) => {
      let started = 0
      const options = createOptions([], () => started++)
      const response = await post(await serve(handleNode(options)), subscription, { accept })
      expect(response.status).toBe(406)
      expect(await codeOf(response)).toBe('INVALID_REQUEST')
      expect(started).toBe(0)
    },
  )
})
