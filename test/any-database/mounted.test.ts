import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { startSharedServer } from '../support/server.js'

const post = (query: string, accept = 'application/json') => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept },
  body: JSON.stringify({ query }),
})

describe('a handler that a router has below a path', async () => {
  const { sallyport } = await startSharedServer({
    typeDefs: 'type Subscription { ticks: Int! @public }',
    resolvers: {
      Subscription: {
        ticks: {
          async *subscribe() {
            yield { ticks: 1 }
          },
        },
      },
    },
  })

  /** As Express does: it takes its part from `url`, and keeps the whole in `originalUrl`. */
  const server = createServer((request: IncomingMessage & { originalUrl?: string }, response) => {
    const { url = '' } = request
    request.originalUrl = url
    const mount = ['/auth', '/graphql'].find((path) => url.startsWith(path)) ?? ''
    const rest = url.slice(mount.length)
    request.url = rest.startsWith('/') ? rest : `/${rest}`
    sallyport.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  test.each([
    ['a path before the endpoint', '/auth/graphql'],
    ['the endpoint itself', '/graphql'],
    ['either, with a query string', '/graphql?x=1'],
  ])('answers operations at %s', async (_where, path) => {
    const response = await fetch(`${origin}${path}`, post('{ whoami { state } }'))
    expect(await response.json()).toEqual({ data: { whoami: { state: 'ANONYMOUS' } } })
    const page = await fetch(`${origin}${path}`, { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })

  test.each(['/auth/graphql', '/graphql'])(
    'streams subscriptions at %s, by POST and by GET',
    async (path) => {
      const query = 'subscription { ticks }'
      const posted = await fetch(`${origin}${path}`, post(query, 'text/event-stream'))
      expect(await posted.text()).toContain('{"ticks":1}')
      // As an `EventSource` asks.
      const got = await fetch(`${origin}${path}?${new URLSearchParams({ query })}`, {
        headers: { accept: 'text/event-stream' },
      })
      expect(got.status).toBe(200)
      expect(await got.text()).toContain('{"ticks":1}')
    },
  )

  test('has its other pages there, and nothing elsewhere', async () => {
    expect((await fetch(`${origin}/auth/health`)).status).toBe(200)
    for (const path of ['/auth', '/auth/graphql/more', '/graphql/more', '/other']) {
      expect((await fetch(`${origin}${path}`, post('{ whoami { state } }'))).status).toBe(404)
    }
  })
})
