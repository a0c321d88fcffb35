import { expect, test } from 'vitest'
import { makeFolder } from './start-process.js'
import { type RunningServer, startServer, type Tokens } from './start-server.js'

const ME = '{ me { username } }'
const refresh = (token: string) =>
  `mutation { refresh(refreshToken: "${token}") { accessToken refreshToken } }`

/** Logs in and refreshes as fast as it can; kills the server once so much is acknowledged. */
async function killInTheMiddle(server: RunningServer, acknowledgements: number): Promise<Tokens[]> {
  const acknowledged: Tokens[] = []
  const acknowledge = (tokens: Tokens) => {
    acknowledged.push(tokens)
    if (acknowledged.length === acknowledgements) server.child.kill('SIGKILL')
  }
  async function client(): Promise<void> {
    for (;;) {
      const login = await server.logIn('ada')
      const { data } = await server.ask(refresh(login.refreshToken))
      acknowledge(data.refresh)
    }
  }
  // They end when nobody answers any more.
  await Promise.allSettled(Array.from({ length: 6 }, client))
  expect(await server.ended).toMatchObject({ signal: 'SIGKILL' })
  return acknowledged
}

test('every session that was acknowledged works after kill -9 in the middle of logins', async () => {
  const folder = await makeFolder()
  let server = await startServer({ folder })
  await server.signUp('ada')
  for (const acknowledgements of [1, 8, 20]) {
    const acknowledged = await killInTheMiddle(server, acknowledgements)
    expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgements)
    server = await startServer({ folder })
    for (const { accessToken, refreshToken } of acknowledged) {
      expect((await server.ask(ME, accessToken)).data).toEqual({ me: { username: 'ada' } })
      expect((await server.ask(refresh(refreshToken))).code).toBeUndefined()
    }
  }
})

test('what was revoked before kill -9 is revoked after it', async () => {
  const folder = await makeFolder()
  const server = await startServer({ folder })
  const { accessToken } = await server.signUp('ada')
  const other = await server.logIn('ada')
  const ended = await server.ask('mutation { revokeOtherSessions }', accessToken)
  server.child.kill('SIGKILL')
  expect(ended.data).toEqual({ revokeOtherSessions: 1 })
  await server.ended
  const next = await startServer({ folder })
  expect(await next.ask(ME, other.accessToken)).toMatchObject({ code: 'TOKEN_REVOKED' })
  expect((await next.ask(ME, accessToken)).data).toEqual({ me: { username: 'ada' } })
})
