import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { importFromPage } from '../support/import-from-page.js'
import { PASSWORD, startServer } from '../support/server.js'
import { createTickHost } from '../support/tick-host.js'

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an answer's data
  readonly data: any
  readonly action: unknown
}

/** The clients of docs/clients.md, each asked in its own way. */
const CLIENTS = [
  {
    name: 'sallyport/client',
    async open(endpoint: string) {
      const { ask: post, session } = await importFromPage('session.mjs', endpoint)
      const ask = async (query: string): Promise<Answer> => {
        const { data, errors } = await post(query)
        return { data: data ?? null, action: errors?.[0].extensions.action }
      }
      return { ask, session }
    },
  },
  {
    name: 'urql',
    async open(endpoint: string) {
      const { client, session } = await importFromPage('urql.mjs', endpoint)
      const ask = async (query: string): Promise<Answer> => {
        const { data, error } = await client.query(query, {}, { requestPolicy: 'network-only' }).toPromise()
        return { data: data ?? null, action: error?.graphQLErrors[0]?.extensions.action ?? error?.message }
      }
      return { ask, session }
    },
  },
  {
    name: 'Apollo Client',
    async open(endpoint: string) {
      const { client, session } = await importFromPage('apollo.mjs', endpoint)
      const { CombinedGraphQLErrors, gql } = await import('@apollo/client')
      const ask = async (query: string): Promise<Answer> => {
        const { data, error } = await client.query({
          ...{ query: gql(query), fetchPolicy: 'no-cache', errorPolicy: 'all' },
        })
        const [first] = CombinedGraphQLErrors.is(error) ? error.errors : []
        return { data: data ?? null, action: first?.extensions?.action ?? error?.message }
      }
      return { ask, session }
    },
  },
]

const ME = '{ me { username } }'

test.each(CLIENTS)(
  '$name as in docs/clients.md: five that find the token expired wait for a refresh, and the session goes on',
  async ({ open }) => {
    const server = await startServer()
    const { username } = await server.signUp()
    const { ask, session } = await open(server.url)
    expect(await ask(ME)).toEqual({ data: null, action: 'login' })
    await session.logIn({ username, password: PASSWORD })
    expect(await ask(ME)).toMatchObject({ data: { me: { username } }, action: undefined })

    server.clock.advance(16 * 60)
    const sent = countRefreshes()
    const queries = Array.from({ length: 5 }, (_, index) => `query Q${index} ${ME}`)
    for (const answer of await Promise.all(queries.map(ask))) {
      expect(answer).toMatchObject({ data: { me: { username } }, action: undefined })
    }
    expect(sent.count).toBe(1)
    const { sessions } = (await ask('{ sessions { current } }')).data
    expect(sessions).toHaveLength(2)
  },
)

test.each(CLIENTS)(
  '$name as in docs/clients.md: a refresh whose answer is lost logs nobody out',
  async ({ open }) => {
    const { server, username, ask } = await openLoggedIn(open)
    server.clock.advance(16 * 60)
    const refreshes = countRefreshes({ lost: 1 })
    expect(await ask(ME)).toEqual({ data: null, action: 'refresh' })
    expect(await ask(ME)).toMatchObject({ data: { me: { username } }, action: undefined })
    expect(refreshes.count).toBe(2)
  },
)

test.each(CLIENTS)(
  '$name as in docs/clients.md: when the session is over it says so, and forgets the tokens',
  async ({ open }) => {
    const { server, ask } = await openLoggedIn(open)
    server.clock.advance(31 * 86_400)
    expect((await ask(ME)).action).toBe('refresh')
    // As somebody who never logged in.
    expect((await ask(ME)).action).toBe('login')
    expect((await ask('{ whoami { state } }')).data).toMatchObject({ whoami: { state: 'ANONYMOUS' } })
  },
)

/** A client with which somebody has logged in. */
async function openLoggedIn(open: (typeof CLIENTS)[number]['open']) {
  const server = await startServer()
  const { username } = await server.signUp()
  const { ask, session } = await open(server.url)
  await session.logIn({ username, password: PASSWORD })
  return { server, username, ask }
}

/** How many refreshes are sent from now on; the answers of the first ones are lost. */
function countRefreshes({ lost = 0 } = {}): { count: number } {
  const send = globalThis.fetch
  const refreshes = { count: 0 }
  vi.stubGlobal('fetch', async (resource: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(resource, init)
    const text = await request.clone().text()
    const answered = await send(request)
    if (!text.includes('refresh(')) return answered
    refreshes.count++
    if (refreshes.count <= lost) throw new TypeError('fetch failed')
    return answered
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  return refreshes
}

test('a subscription over a WebSocket as in docs/clients.md goes on when its token has expired', async () => {
  const server = await startServer(createTickHost().options)
  const { connect, follow } = await importFromPage('live.mjs', server.url)
  let tokens = await server.signUp()
  const client = connect(() => tokens.accessToken, { webSocketImpl: WebSocket })
  const results = follow(client, 'subscription { orders }', async () => {
    tokens = (await server.refresh(tokens.refreshToken)).data.refresh
  })
  expect((await results.next()).value).toEqual({ data: { orders: 1 } })
  server.clock.advance(16 * 60)
  expect((await results.next()).value).toEqual({ data: { orders: 1 } })
  await server.ask('mutation { logout { ended } }', { token: tokens.accessToken })
  expect((await results.next()).value).toMatchObject({ errors: [{ extensions: { action: 'login' } }] })
  expect(await results.next()).toEqual({ done: true, value: undefined })
  await client.dispose()
})
