import { expect, onTestFinished, test, vi } from 'vitest'
import { importFromPage } from '../support/import-from-page.js'
import { PASSWORD, startServer } from '../support/server.js'

test('the client of docs/clients.md: who finds the token expired shares one refresh, and the session goes on', async () => {
  const server = await startServer()
  const { username } = await server.signUp()
  const { ask, logIn } = await importFromPage('client.mjs', server.url)
  const me = '{ me { username } }'
  const answer = { data: { me: { username } } }

  expect((await ask(me)).errors[0].extensions.action).toBe('login')
  await logIn({ username, password: PASSWORD })
  expect(await ask(me)).toEqual(answer)

  server.clock.advance(16 * 60)
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(me)))
  expect(answers).toEqual(Array(5).fill(answer))
  const { sessions } = (await ask('{ sessions { current } }')).data
  expect(sessions.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)

  await ask('mutation { logout { ended } }')
  expect((await ask(me)).errors[0].extensions.action).toBe('login')
})

/** From now on what `answer` does takes the place of each answer to `refresh`, until it answers nothing. */
function interceptRefresh(answer: (answered: Response) => Response | undefined): void {
  const send = globalThis.fetch
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const answered = await send(url, init)
    return String(init.body).includes('refresh(') ? (answer(answered) ?? answered) : answered
  })
  onTestFinished(() => void vi.unstubAllGlobals())
}

const lost = () => {
  throw new TypeError('fetch failed')
}
const unavailable = () =>
  Response.json({ errors: [{ message: 'Later.', extensions: { action: 'retry' } }] }, { status: 503 })

test.each([
  { what: 'whose answer is lost', fail: lost, found: 'fetch failed' },
  { what: 'that is to be tried later', fail: unavailable, found: 'retry' },
])('the client of docs/clients.md: a refresh $what logs nobody out', async ({ fail, found }) => {
  const server = await startServer()
  const { username } = await server.signUp()
  const { ask, logIn } = await importFromPage('client.mjs', server.url)
  await logIn({ username, password: PASSWORD })
  server.clock.advance(16 * 60)

  let failures = 1
  interceptRefresh(() => (failures-- > 0 ? fail() : undefined))
  const first = await ask('{ me { username } }').then(
    ({ errors }: { errors: { extensions: { action: string } }[] }) => errors[0]?.extensions.action,
    (error: Error) => error.message,
  )
  expect(first).toBe(found)
  expect(await ask('{ me { username } }')).toEqual({ data: { me: { username } } })
})

test('the client of docs/clients.md: who mistypes the password keeps the tokens', async () => {
  const server = await startServer()
  const { username } = await server.signUp()
  const { ask, logIn } = await importFromPage('client.mjs', server.url)
  await logIn({ username, password: PASSWORD })
  const { errors } = await ask('mutation { reauthenticate(password: "mistyped") { accessToken } }')
  expect(errors[0].extensions.code).toBe('INVALID_CREDENTIALS')
  expect(await ask('{ me { username } }')).toEqual({ data: { me: { username } } })
})
