import { describe, expect, test, vi } from 'vitest'
import { actions } from '../support/administration.js'
import { type EventStream, openEvents, STREAM_DOORS } from '../support/event-stream.js'
import { startServer, startSharedServer, type TestServer, type TestServerOptions } from '../support/server.js'

/** Sources that give one event and then wait: one is let go by its `return`, the other only by what it listens to. */
function createHost() {
  const waiting = new Set<object>()
  async function* wait(name: string, context: { ended?: AbortSignal }) {
    const { ended } = context
    waiting.add(context)
    try {
      yield { [name]: 1 }
      await new Promise((resolve) => ended?.addEventListener('abort', resolve, { once: true }))
    } finally {
      waiting.delete(context)
    }
  }
  const subscribe = (name: string) => ({
    subscribe: (_parent: unknown, _args: unknown, context: object) => wait(name, context),
  })
  return {
    waiting,
    options: {
      typeDefs: 'type Subscription { orders: Int! @auth, own: Int @fresh, news: Int @public }',
      resolvers: {
        Subscription: { orders: subscribe('orders'), own: subscribe('own'), news: subscribe('news') },
      },
    } satisfies TestServerOptions,
  }
}

/** A stream whose first event has come. */
async function open(
  server: TestServer,
  query: string,
  how: Parameters<typeof openEvents>[2],
): Promise<EventStream> {
  const stream = await openEvents(server, query, how)
  const [field = ''] = /\w+(?= })/.exec(query) ?? []
  const name = /(\w+):/.exec(query)?.[1] ?? field
  expect(await stream.next()).toEqual({ data: { [name]: 1 } })
  return stream
}

const bearing = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** That the next that it gives is the code at its field, and that no more comes. */
async function expectEnd(stream: EventStream, field: string, code: string): Promise<void> {
  expect(await stream.rest()).toMatchObject([
    ['next', { errors: [{ path: [field], extensions: { code } }] }],
    ['complete', {}],
  ])
}

describe('G53 a stream lasts as long as a request with its token would be let in', async () => {
  const host = createHost()
  const server = await startSharedServer(host.options)
  const admin = await server.signUpAdmin()
  const jtiOf = (token: string) => String(server.sallyport.tokens.peek(token)?.unverifiedClaims.jti)

  const ENDS: Record<
    string,
    { code: string; end: (ada: Awaited<ReturnType<TestServer['signUp']>>) => unknown }
  > = {
    'its token was revoked': {
      code: 'TOKEN_REVOKED',
      end: async ({ username, accessToken }) => {
        const { accessToken: token } = await server.logIn(username)
        await server.ask(`mutation { revoke(jti: "${jtiOf(accessToken)}") { jti } }`, { token })
      },
    },
    'its bearer logged out': {
      code: 'TOKEN_REVOKED',
      end: ({ refreshToken }) => server.ask(`mutation { logout(refreshToken: "${refreshToken}") { ended } }`),
    },
    'its bearer was disabled': {
      code: 'TOKEN_REVOKED',
      end: ({ userId }) => actions(server).setDisabled(admin.accessToken, userId, true),
    },
    'its bearer has other roles': {
      code: 'TOKEN_EXPIRED',
      end: ({ userId }) => actions(server).setRoles(admin.accessToken, userId, ['editor']),
    },
  }

  const cases = Object.keys(ENDS).flatMap((why) => Object.keys(STREAM_DOORS).map((door) => ({ why, door })))
  test.each(cases)('$why, over $door', async ({ why, door }) => {
    const ada = await server.signUp()
    const stream = await open(server, 'subscription { orders }', { ...bearing(ada.accessToken), door })
    const other = await open(server, 'subscription { orders }', bearing((await server.signUp()).accessToken))
    await ENDS[why]?.end(ada)
    await expectEnd(stream, 'orders', ENDS[why]?.code ?? '')
    await vi.waitFor(() => expect(host.waiting.size).toBe(1), { timeout: 10_000 })
    other.close()
    await vi.waitFor(() => expect(host.waiting.size).toBe(0), { timeout: 10_000 })
  })

  test('it expired', async () => {
    const server = await startServer(host.options)
    const { accessToken } = await server.signUp()
    const stream = await open(server, 'subscription { mine: orders }', bearing(accessToken))
    server.clock.advance(899)
    const late = await open(server, 'subscription { orders }', bearing(accessToken))
    server.clock.advance(1)
    expect(await stream.rest()).toMatchObject([
      ['next', { errors: [{ path: ['mine'], extensions: { code: 'TOKEN_EXPIRED', action: 'refresh' } }] }],
      ['complete', {}],
    ])
    await expectEnd(late, 'orders', 'TOKEN_EXPIRED')
  })

  test.each(['own', 'news'])('also one that is for whoever is fresh, or for everybody: %s', async (field) => {
    const ada = await server.signUp()
    const stream = await open(server, `subscription { ${field} }`, bearing(ada.accessToken))
    await server.ask('mutation { logout { ended } }', { token: ada.accessToken })
    await expectEnd(stream, field, 'TOKEN_REVOKED')
  })

  test('one without a token goes on, and one whose token was bad before it began', async () => {
    const server = await startServer(host.options)
    const { accessToken } = await server.signUp()
    const active = await open(server, 'subscription { news }', bearing(accessToken))
    await server.ask('mutation { logout { ended } }', { token: accessToken })
    await expectEnd(active, 'news', 'TOKEN_REVOKED')
    const streams = [
      await open(server, 'subscription { news }', {}),
      await open(server, 'subscription { news }', bearing(accessToken)),
      await open(server, 'subscription { news }', bearing('garbage')),
    ]
    server.clock.advance(86_400)
    await server.ask('{ whoami { state } }')
    const ended = await Promise.race([
      ...streams.map(async (stream) => (await stream.rest()).length),
      new Promise((resolve) => setTimeout(resolve, 1_000, 'none')),
    ])
    expect(ended).toBe('none')
    for (const stream of streams) stream.close()
  })

  test('that of a cookie too', async () => {
    const server = await startServer({ ...host.options, cookieSecure: false })
    const { username } = await server.signUp()
    const { headers } = await server.ask(
      'mutation ($input: LoginInput!) { login(input: $input) { csrfToken } }',
      { variables: { input: { username, password: 'correct horse battery', delivery: 'COOKIE' } } },
    )
    const jar = headers.getSetCookie().map((line) => line.split(';')[0])
    const csrf = jar.find((pair) => pair?.startsWith('csrf_access_token='))?.split('=')[1] ?? ''
    const sent = { cookie: jar.join('; '), 'x-csrf-token': csrf }
    const stream = await open(server, 'subscription { orders }', { headers: sent })
    expect((await server.ask('mutation { logout { ended } }', { headers: sent })).data).toEqual({
      logout: { ended: true },
    })
    await expectEnd(stream, 'orders', 'TOKEN_REVOKED')
  })
})

test('G53 what one instance revokes ends the streams of another, within a second or so', async () => {
  const host = createHost()
  const one = await startServer()
  const two = await startServer({ ...host.options, databaseUrl: one.databaseUrl, clock: one.clock })
  const ada = await one.signUp()
  const stream = await open(two, 'subscription { orders }', bearing(ada.accessToken))
  await one.ask('mutation { logout { ended } }', { token: ada.accessToken })
  await expectEnd(stream, 'orders', 'TOKEN_REVOKED')
})

test.each([
  ['at once', (revoked: boolean) => revoked],
  ['in a moment', async (revoked: boolean) => revoked],
])('G53 what the host’s own check revokes ends a stream; the check answers %s', async (_how, answer) => {
  const host = createHost()
  let isRevoked = false
  const server = await startServer({ ...host.options, isRevoked: () => answer(isRevoked) })
  const ada = await server.signUp()
  const stream = await open(server, 'subscription { orders }', bearing(ada.accessToken))
  isRevoked = true
  await expectEnd(stream, 'orders', 'TOKEN_REVOKED')
})

test.each(Object.keys(STREAM_DOORS))(
  'F13: when the server stops, a stream by %s ends at once, and its last event says to come back',
  async (door) => {
    const host = createHost()
    const server = await startServer(host.options)
    const { accessToken } = await server.signUp()
    const guarded = await open(server, 'subscription { orders }', { door, ...bearing(accessToken) })
    const free = await open(server, 'subscription { news }', { door })
    const closed = server.sallyport.close()
    for (const stream of [guarded, free]) {
      expect(await stream.rest()).toMatchObject([
        ['next', { errors: [{ extensions: { code: 'UNAVAILABLE', action: 'retry' } }] }],
        ['complete', {}],
      ])
    }
    await closed
    await expect.poll(() => host.waiting.size).toBe(0)
  },
)
