import { expect, test } from 'vitest'
import { openEvents } from '../support/event-stream.js'
import { startServer, type TestServer } from '../support/server.js'

const FOLLOW = 'subscription { sessionEvents { type session { id device revokedAt current } } }'
const bearing = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

async function logIn(server: TestServer, username: string, device: string) {
  const { data } = await server.ask(
    'mutation ($input: LoginInput!) { login(input: $input) { session { id } refreshToken } }',
    { variables: { input: { username, password: 'correct horse battery', device } } },
  )
  return { id: data.login.session.id, refreshToken: data.login.refreshToken }
}

const event = (type: string, session: object) => ({ data: { sessionEvents: { type, session } } })

test('whoever follows their sessions hears of each as it starts and ends, on whatever instance, and of nobody else’s', async () => {
  const one = await startServer({ accessTokenExpires: '2h', refreshTokenExpires: '1h' })
  const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock, accessTokenExpires: '2h' })
  const [ada, eve] = [await one.signUp('ada'), await one.signUp('eve')]
  const here = await openEvents(one, FOLLOW, bearing(ada.accessToken))
  const there = await openEvents(two, FOLLOW, bearing(ada.accessToken))
  const others = await openEvents(two, FOLLOW, bearing(eve.accessToken))
  // What was before is not told.
  await expect.poll(() => two.sallyport.sessions.list(ada.userId)).toHaveLength(1)

  const phone = await logIn(two, 'ada', 'phone')
  for (const stream of [here, there]) {
    const session = { id: phone.id, device: 'phone', revokedAt: null, current: false }
    expect(await stream.next()).toEqual(event('STARTED', session))
  }
  one.clock.advance(60)
  const revokedAt = new Date(one.clock.now()).toISOString()
  await one.ask(`mutation { logout(refreshToken: "${phone.refreshToken}") { ended } }`)
  const gone = { id: phone.id, device: 'phone', revokedAt, current: false }
  for (const stream of [here, there]) expect(await stream.next()).toEqual(event('ENDED', gone))

  // Eve's tablet came after an hour in which neither used their sessions: they are past their idle limit.
  one.clock.advance(3_600)
  const idle = { id: ada.sessionId, device: null, revokedAt: null, current: true }
  for (const stream of [here, there]) expect(await stream.next()).toEqual(event('ENDED', idle))
  expect(await others.next()).toMatchObject(event('ENDED', { id: eve.sessionId }))
  const tablet = await logIn(one, 'eve', 'tablet')
  expect(await others.next()).toMatchObject(event('STARTED', { id: tablet.id, device: 'tablet' }))
  for (const stream of [here, there, others]) stream.close()
})

test('each is told once, in the order in which it happened', async () => {
  const server = await startServer({ accessTokenExpires: '2h', refreshTokenExpires: '1h' })
  const idle = await server.signUp('ada')
  server.clock.advance(1_800)
  const phone = await logIn(server, 'ada', 'phone')
  const { accessToken } = await server.logIn('ada')
  const stream = await openEvents(server, FOLLOW, bearing(accessToken))
  server.clock.advance(1_800)
  expect(await stream.next()).toMatchObject(event('ENDED', { id: idle.sessionId }))
  // It marks revoked also what ran out just before.
  const tablet = await logIn(server, 'ada', 'tablet')
  server.clock.advance(1)
  await server.ask('mutation { revokeOtherSessions }', { token: accessToken })
  server.clock.advance(1)
  const watch = await logIn(server, 'ada', 'watch')
  expect(await stream.next()).toMatchObject(event('STARTED', { id: tablet.id }))
  const ended = [(await stream.next()).data.sessionEvents, (await stream.next()).data.sessionEvents]
  expect(ended.map(({ session }) => session.id).sort()).toEqual([phone.id, tablet.id].sort())
  expect(await stream.next()).toMatchObject(event('STARTED', { id: watch.id }))
  stream.close()
})

test('the stream ends when the server stops', async () => {
  const server = await startServer()
  const { accessToken } = await server.signUp()
  const stream = await openEvents(server, FOLLOW, { ...bearing(accessToken), door: 'fetch' })
  await server.sallyport.close()
  expect((await stream.rest()).at(-1)?.[0]).toBe('complete')
})

test('nobody follows without a token, and the stream ends with it', async () => {
  const server = await startServer()
  const refused = await openEvents(server, FOLLOW)
  expect(await refused.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  const ada = await server.signUp()
  const stream = await openEvents(server, FOLLOW, bearing(ada.accessToken))
  await server.ask('mutation { logout { ended } }', { token: ada.accessToken })
  const said = await stream.rest()
  expect(said.at(-2)).toMatchObject(['next', { errors: [{ extensions: { code: 'TOKEN_REVOKED' } }] }])
})

test('it can be turned off', async () => {
  const server = await startServer({ disabledFields: ['Subscription.sessionEvents'] })
  const { accessToken } = await server.signUp()
  const { status, code } = await server.ask(FOLLOW, { token: accessToken })
  expect([status, code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED'])
})
