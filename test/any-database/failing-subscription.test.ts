import { setTimeout } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { startSharedServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const SECRET_TEXT = 'postgresql://root:hunter2@db'
const ORDER_GONE = { code: 'ORDER_GONE', order: 7 }

/** What a source may throw, and what a client sees of it. */
const THROWN: Record<string, { thrown: unknown; seen: object }> = {
  error: { thrown: new Error(SECRET_TEXT), seen: { code: 'INTERNAL_SERVER_ERROR' } },
  text: { thrown: SECRET_TEXT, seen: { code: 'INTERNAL_SERVER_ERROR' } },
  nothing: { thrown: undefined, seen: { code: 'INTERNAL_SERVER_ERROR' } },
  aborted: { thrown: new DOMException(SECRET_TEXT, 'AbortError'), seen: { code: 'INTERNAL_SERVER_ERROR' } },
  timedOut: {
    thrown: new DOMException(SECRET_TEXT, 'TimeoutError'),
    seen: { code: 'INTERNAL_SERVER_ERROR' },
  },
  ours: { thrown: new AuthError('NOT_FOUND', { cause: SECRET_TEXT }), seen: { code: 'NOT_FOUND' } },
  hosts: { thrown: new GraphQLError('Gone.', { extensions: ORDER_GONE }), seen: ORDER_GONE },
}

describe('a subscription whose source fails', async () => {
  let returned = 0
  let isAborted = false
  const logger = createTestLogger()
  const fail = (how: string) => {
    throw THROWN[how]?.thrown
  }
  const server = await startSharedServer({
    logger,
    typeDefs: `type Subscription {
      generated(how: String!): Int @auth
      iterated(how: String!): Int @public
      given(how: String!): Int @public
      waiting: Int @public
    }`,
    resolvers: {
      Subscription: {
        generated: {
          async *subscribe(_parent: unknown, { how }: { how: string }) {
            yield { generated: 1 }
            fail(how)
          },
        },
        iterated: {
          subscribe: (_parent: unknown, { how }: { how: string }) => ({
            [Symbol.asyncIterator]: () => ({
              next: async () => fail(how),
              async return() {
                returned++
                return { done: true, value: undefined }
              },
            }),
          }),
        },
        given: { subscribe: (_parent: unknown, { how }: { how: string }) => fail(how) },
        waiting: {
          async *subscribe(_parent: unknown, _args: unknown, { request }: { request: Request }) {
            yield { waiting: 1 }
            try {
              await setTimeout(60_000, undefined, { signal: request.signal })
            } finally {
              isAborted = true
            }
          },
        },
      },
    },
  })
  const { accessToken } = await server.signUp()
  const ask = (query: string, init: RequestInit = {}) => ({
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${accessToken}`,
    },
    body: JSON.stringify({ query }),
    ...init,
  })

  const DOORS: Record<string, (query: string) => Promise<Response>> = {
    'node:http': (query) => fetch(server.url, ask(query)),
    fetch: (query) => server.sallyport.fetch(new Request('http://sallyport.example/graphql', ask(query))),
  }
  const cases = Object.keys(DOORS).flatMap((door) => Object.keys(THROWN).map((how) => ({ door, how })))

  test.each(cases)('ends, over $door, with an error at its field: $how', async ({ door, how }) => {
    const before = logger.lines.length
    const text = await (await DOORS[door]?.(`subscription { mine: generated(how: "${how}") }`))?.text()
    const events = Array.from(text?.matchAll(/^event: (.*)\ndata: ?(.*)$/gm) ?? [], ([, name, json]) => [
      name,
      json && JSON.parse(json),
    ])
    const errors = [{ path: ['mine'], extensions: THROWN[how]?.seen }]
    expect(events).toMatchObject([
      ['next', { data: { mine: 1 } }],
      ['next', { errors }],
      ['complete', ''],
    ])
    expect(text).not.toContain('hunter2')
    const { code, id } = events[1]?.[1].errors[0].extensions ?? {}
    const told = logger.lines.slice(before).filter(({ level }) => level === 'error')
    const isMasked = code === 'INTERNAL_SERVER_ERROR'
    expect(told.map(({ fields }) => fields.id)).toEqual(isMasked ? [id] : [])
  })

  test.each(['iterated', 'given'])('that fails at once, and each time, says so once: %s', async (field) => {
    const document = `subscription Ticks { ...F } fragment F on Subscription { ... { ${field}(how: "error") } }`
    const text = await (await fetch(server.url, ask(document))).text()
    expect(text.match(/"INTERNAL_SERVER_ERROR"/g)).toHaveLength(1)
    expect(text).toContain(`"path":["${field}"]`)
    expect(text).toMatch(/event: complete\n/)
  })

  test('is let go of', () => {
    expect(returned).toBe(1)
  })

  test('because its reader went away, is no failure of ours', async () => {
    const before = logger.lines.length
    const reader = new AbortController()
    const response = await fetch(server.url, ask('subscription { waiting }', { signal: reader.signal }))
    await response.body?.getReader().read()
    reader.abort()
    await vi.waitFor(() => expect(isAborted).toBe(true), { timeout: 20_000 })
    await server.ask('{ whoami { state } }')
    expect(logger.lines.slice(before).map(({ message }) => message)).not.toContain('unexpected error')
  })
})
