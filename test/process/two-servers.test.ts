import { expect, test, vi } from 'vitest'
import { makeFolder } from './start-process.js'
import { startServer } from './start-server.js'

const ME = '{ me { username } }'

test('two servers started at once on one new folder agree on the secret and the database', async () => {
  const folder = await makeFolder()
  const [one, two] = await Promise.all([startServer({ folder }), startServer({ folder })])
  await one.signUp('ada')
  const logins = await Promise.all([one, two, one, two, one, two].map((server) => server.logIn('ada')))
  for (const [index, { accessToken }] of logins.entries()) {
    const other = index % 2 === 0 ? two : one
    expect((await other.ask(ME, accessToken)).data).toEqual({ me: { username: 'ada' } })
  }

  const [first, second] = logins
  const ended = await one.ask('mutation { revokeOtherSessions }', first?.accessToken)
  expect(ended.data).toEqual({ revokeOtherSessions: 6 })
  expect(await one.ask(ME, second?.accessToken)).toMatchObject({ code: 'TOKEN_REVOKED' })
  await vi.waitFor(
    async () => expect(await two.ask(ME, second?.accessToken)).toMatchObject({ code: 'TOKEN_REVOKED' }),
    { timeout: 20_000, interval: 50 },
  )
  expect((await two.ask(ME, first?.accessToken)).data).toEqual({ me: { username: 'ada' } })
})
