import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { requestText, sendRaw } from '../support/raw-http.js'
import { startSharedServer } from '../support/server.js'

const LIMIT = 10_000
const server = await startSharedServer({ maxBodyBytes: LIMIT })
const WHOAMI = JSON.stringify({ query: '{ whoami { state } }' })
const JSON_HEADER = { 'content-type': 'application/json' }

/** Posts as it stands; the whole answer. */
async function post(
  body: string | Uint8Array | ReadableStream,
  headers: Record<string, string> = JSON_HEADER,
) {
  const init = { method: 'POST', headers, body, duplex: 'half' }
  const response = await fetch(server.url, init as RequestInit)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
}

function expectRefusal(answer: Awaited<ReturnType<typeof post>>, status: number): void {
  expect(answer.status).toBe(status)
  expect(answer.body).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'INVALID_REQUEST', action: 'none' } }],
  })
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('vary')?.toLowerCase()).toBe('authorization, cookie')
  const challenge = status === 400 ? 'Bearer realm="sallyport", error="invalid_request"' : null
  expect(answer.headers.get('www-authenticate')).toBe(challenge)
}

describe('POST', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON ; Charset = utf-8',
  ])('takes %s', async (type) => {
    const { status, body } = await post(WHOAMI, { 'content-type': type })
    expect({ status, body }).toEqual({ status: 200, body: { data: { whoami: { state: 'ANONYMOUS' } } } })
  })

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/graphql',
    'application/graphql+json',
    'application/json; charset=latin1',
    'application/jsonp',
    '*/*',
    '',
  ])('G56 G57 refuses %j, which another site could send: 415', async (type) => {
    expectRefusal(await post(WHOAMI, { 'content-type': type }), 415)
  })

  test('G56 refuses a body without a type, or with two, and a compressed one', async () => {
    const lines = [
      [],
      ['Content-Type: text/plain', 'Content-Type: application/json'],
      ['Content-Type: application/json', 'Content-Encoding: gzip'],
    ]
    for (const headers of lines) {
      const answer = await sendRaw(
        server.origin,
        requestText('POST /graphql', ['Host: x', ...headers], WHOAMI),
      )
      expect(answer.status, headers.join()).toBe(415)
    }
  })

  test.each<[string, string | Uint8Array]>([
    ['no body', ''],
    ['half of an object', '{"query":"{ whoami { state } }"'],
    ['a password in JSON that is none', '{"variables":{"password":"hunter2"},}'],
    ['two objects', `${WHOAMI}${WHOAMI}`],
    ['null', 'null'],
    ['text', '"{ whoami { state } }"'],
    ['a number', '42'],
    ['an empty list', '[]'],
    ['G34 a batch', `[${WHOAMI},${WHOAMI}]`],
    ['an empty object', '{}'],
    ['a query that is a number', '{"query":1}'],
    ['a query that is null', '{"query":null}'],
    ['a query that is a list', '{"query":["{ whoami { state } }"]}'],
    ['variables that are a list', '{"query":"{ whoami { state } }","variables":[]}'],
    ['variables that are text', '{"query":"{ whoami { state } }","variables":"{}"}'],
    ['an operation name that is a number', '{"query":"{ whoami { state } }","operationName":1}'],
    ['extensions that are a list', '{"query":"{ whoami { state } }","extensions":[]}'],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from('{"query":"'), 0xff, ...Buffer.from('"}')])],
    ['UTF-16', Buffer.from(WHOAMI, 'utf16le')],
  ])('refuses %s, and echoes nothing of it: 400', async (_what, body) => {
    const answer = await post(body)
    expectRefusal(answer, 400)
    expect(answer.text).not.toMatch(/hunter2|whoami/)
  })

  test.each([
    ['members that are null', { variables: null, operationName: null, extensions: null }],
    ['members that we do not know', { id: 7, documentId: 'x', doc: null }],
    ['extensions', { extensions: { persistedQuery: { version: 1 } } }],
    ['a constructor', { constructor: { prototype: 1 }, toString: 'x' }],
  ])('takes %s beside the query', async (_what, more) => {
    const { status } = await post(JSON.stringify({ query: '{ whoami { state } }', ...more }))
    expect(status).toBe(200)
  })

  test.each([
    ['a document that is empty', '', 'GRAPHQL_PARSE_FAILED'],
    ['nothing but a fragment', 'fragment f on Query { whoami { state } }', 'INVALID_REQUEST'],
    ['a subscription, of which there is none', 'subscription { sessionEvents }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a schema', 'type Query { a: Int }', 'INVALID_REQUEST'],
    // Its tokens are at an end, or the stack is before them, as the parser is compiled or not.
    ['a document nested without end', '{a'.repeat(4_000), /^(?:GRAPHQL_PARSE_FAILED|INVALID_REQUEST)$/],
  ])('answers 400 to %s', async (_what, query, code) => {
    const { status, body } = await post(JSON.stringify({ query }))
    expect(status).toBe(400)
    expect(body.errors[0].extensions.code).toMatch(code)
    expect(body).not.toHaveProperty('data')
  })
})

describe('a body over the limit', () => {
  const tooLong = 'x'.repeat(LIMIT + 1)

  test('is refused by what it says of its length: 413', async () => {
    const answer = await post(tooLong)
    expectRefusal(answer, 413)
    expect(answer.headers.get('connection')).toBe('close')
  })

  test('is refused when it comes in chunks and says nothing', async () => {
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_000
        if (sent > 10_000_000) controller.close()
        else controller.enqueue(new Uint8Array(1_000).fill(0x20))
      },
    })
    expectRefusal(await post(endless), 413)
    expect(sent).toBeLessThan(10_000_000)
  })

  test('is refused at once, before it is sent', async () => {
    const head = requestText('POST /graphql', [
      'Host: x',
      'Content-Type: application/json',
      'Content-Length: 1000000000',
    ])
    const answer = await sendRaw(server.origin, head)
    expect(answer.status).toBe(413)
    expect(answer.headers.get('connection')).toBe('close')
  })

  test('is refused to a client that reads only once it has sent all of it', async () => {
    const size = LIMIT * 4
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${size}`,
    ]
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1').pause()
    const failures: Error[] = []
    socket.on('error', (error) => failures.push(error))
    socket.write([...head, '', ''].join('\r\n'))
    for (let part = 0; part < 4; part++) {
      socket.write('x'.repeat(LIMIT))
      await setTimeout(50)
    }
    let text = ''
    for await (const chunk of socket.resume()) text += chunk
    expect(text).toContain(' 413 ')
    expect(text).toContain('INVALID_REQUEST')
    expect(failures).toEqual([])
  })

  test('of many megabytes is refused, and the server goes on', async () => {
    expectRefusal(await post('x'.repeat(20_000_000)), 413)
    expect((await post(WHOAMI)).status).toBe(200)
  })

  test('exactly at the limit is taken', async () => {
    expect((await post(WHOAMI.padEnd(LIMIT))).status).toBe(200)
    const chunked = new Blob([WHOAMI.padEnd(LIMIT)]).stream()
    expect((await post(chunked)).status).toBe(200)
    expectRefusal(await post(WHOAMI.padEnd(LIMIT + 1)), 413)
    expectRefusal(await post(new Blob([WHOAMI.padEnd(LIMIT + 1)]).stream()), 413)
  })
})

describe('a client that goes away', () => {
  const login = JSON.stringify({
    query: 'mutation { login(input: { username: "nobody", password: "not the one" }) { tokenType } }',
  })

  /** Sends, and hangs up at once or as soon as anything comes back. */
  function hangUp(text: string, when: 'sent' | 'answered'): Promise<void> {
    const { hostname, port } = new URL(server.origin)
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname)
      socket.on('close', () => resolve())
      socket.on('error', () => {})
      socket.on('data', () => socket.destroy())
      socket.write(text, () => when === 'sent' && socket.resetAndDestroy())
    })
  }

  test.each(['application/json', 'text/event-stream', 'multipart/mixed'])(
    'while its answer is made, as %s, harms nobody',
    async (accept) => {
      const headers = ['Host: x', 'Content-Type: application/json', `Accept: ${accept}`]
      const text = requestText('POST /graphql', headers, login)
      const half = text.slice(0, -10)
      const all = [text, text, text, half].flatMap((part) => [hangUp(part, 'sent'), hangUp(text, 'answered')])
      await Promise.all(all)
      expect((await post(WHOAMI)).status).toBe(200)
    },
  )
})
