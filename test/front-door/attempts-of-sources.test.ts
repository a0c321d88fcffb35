import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { guess, logIn, OWNER, PROXY, STRANGER, signUpFrom, WRONG } from '../support/log-in-from.js'
import { openPool } from '../support/postgresql-pool.js'
import { askServer, PASSWORD, startServer, type TestServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

describe('a source', () => {
  test.each([
    [
      'an IPv4 address',
      [STRANGER, `::ffff:${STRANGER}`, '::ffff:cb00:7109', `${STRANGER}:4711`],
      '203.0.113.10',
    ],
    [
      'the /64 of an IPv6 address',
      ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::', '2001:db8:1:2:a:b:c:d', '[2001:db8:1:2::9]:443'],
      '2001:db8:1:3::1',
    ],
  ])('%s has a hundred wrong passwords, whoever they are for', async (_what, spellings, other) => {
    const server = await startServer({ ...PROXY, loginAttemptsPerSource: 8 })
    for (let at = 0; at < 8; at++) {
      const from = spellings[at % spellings.length] ?? ''
      expect((await logIn(server, { username: `user-${at}` }, from, 'wrong')).code).toBe(WRONG)
    }
    for (const from of spellings) {
      const refused = await logIn(server, { username: 'somebody-else' }, from, 'wrong')
      expect(refused.code, from).toBe('RATE_LIMITED')
      expect(refused.headers.get('retry-after')).toBe('900')
    }
    expect((await logIn(server, { username: 'somebody-else' }, other, 'wrong')).code).toBe(WRONG)
    server.clock.advance(900)
    expect((await logIn(server, { username: 'somebody-else' }, spellings[0] ?? '', 'wrong')).code).toBe(WRONG)
  })

  test('is counted though it hangs up as soon as it has asked', async () => {
    const logger = createTestLogger()
    const { sallyport, clock } = await startServer({ loginAttemptsPerSource: 3, logger })
    const host = createServer((request, response) => {
      if (request.headers['x-hangs-up'] !== undefined) {
        request.once('end', () => request.socket.resetAndDestroy())
      }
      sallyport.handler(request, response)
    })
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void host.close())
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/graphql`
    const ask = (username: string, headers: Record<string, string> = {}) =>
      askServer(
        url,
        `mutation { login(input: { username: "${username}", password: "wrong" }) { tokenType } }`,
        { headers },
      )
    for (const name of ['ada', 'bob', 'eve']) {
      await expect(ask(name, { 'x-hangs-up': 'yes' })).rejects.toThrow('fetch failed')
    }
    const refused = () => logger.lines.filter(({ fields }) => fields.code === WRONG)
    await expect.poll(() => refused().length, { timeout: 20_000 }).toBe(3)
    expect((await ask('zoe')).code).toBe('RATE_LIMITED')
    clock.advance(900)
    expect((await ask('zoe')).code).toBe(WRONG)
  })

  test('that is refused uses up no attempt of an account', async () => {
    const server = await startServer({ ...PROXY, loginAttemptsPerSource: 2, loginAttempts: 3 })
    await guess(server, { username: 'ada' }, STRANGER, 20)
    expect(await guess(server, { username: 'ada' }, '192.0.2.1', 2)).toEqual([WRONG, 'RATE_LIMITED'])
  })

  test('may sign up so often, whether it succeeds or not', async () => {
    const server = await startServer({ ...PROXY, signupsPerSource: 3 })
    await signUpFrom(server, OWNER, { username: 'ada' })
    const signUp = (username: string, from: string) =>
      server.ask('mutation ($input: SignupInput!) { signup(input: $input) { tokenType } }', {
        variables: { input: { username, password: PASSWORD } },
        headers: { 'x-forwarded-for': from },
      })
    expect((await signUp('ada', OWNER)).code).toBe('CONFLICT')
    expect((await signUp('x', OWNER)).code).toBe('BAD_USER_INPUT')
    expect(await signUp('bob', OWNER)).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    expect((await signUp('bob', STRANGER)).status).toBe(200)
  })

  test('may have so many refreshes refused; those that succeed are not counted', async () => {
    const server = await startServer({ refreshFailuresPerSource: 2 })
    let { refreshToken } = await server.signUp()
    const next = async () => {
      const answer = await server.refresh(refreshToken)
      expect(answer.status).toBe(200)
      refreshToken = answer.data.refresh.refreshToken
    }
    for (let round = 0; round < 6; round++) await next()
    for (const code of ['TOKEN_INVALID', 'TOKEN_INVALID', 'RATE_LIMITED']) {
      expect((await server.refresh('garbage')).code).toBe(code)
    }
    server.clock.advance(900)
    await next()
  })
})

test('several instances on one PostgreSQL share what they count, however many attempts come at once', async () => {
  const limit = 3
  const first = await startServer({ ...PROXY, loginAttempts: limit })
  const second = await startServer({
    ...PROXY,
    loginAttempts: limit,
    databaseUrl: first.databaseUrl,
    clock: first.clock,
  })
  await signUpFrom(first, OWNER, { username: 'ada' })
  const attempts = Array.from({ length: 50 }, (_, at) =>
    logIn(at % 2 === 0 ? first : second, { username: 'ada' }, STRANGER, 'wrong'),
  )
  const wrong = (await Promise.all(attempts)).filter(({ code }) => code === WRONG)
  const { provider } = await first.store()
  // Two processes on one SQLite file count each for itself.
  expect(wrong).toHaveLength(provider === 'postgresql' ? limit : 2 * limit)
  // Where somebody was let in is known to all, and after a restart.
  expect((await logIn(second, { username: 'ada' }, OWNER)).status).toBe(200)
})

test('no name that was tried is kept', async () => {
  const server = await startServer(PROXY)
  await signUpFrom(server, OWNER, { username: 'ada' })
  await guess(server, { username: 'hunter2-typed-into-the-wrong-field' }, STRANGER, 1)
  expect(JSON.stringify(await countersOf(server))).not.toMatch(/hunter2|ada|203\.0/)
})

test('what is over goes as it is pruned', async () => {
  const server = await startServer(PROXY)
  await signUpFrom(server, OWNER, { username: 'ada' })
  await guess(server, { username: 'ada' }, STRANGER, 3)
  const store = await server.store()
  const before = (await countersOf(server)).length
  expect(before).toBeGreaterThan(0)
  server.clock.advance(60 * 86_400)
  const { counters } = await store.prune(await store.now(), 1_000)
  expect(counters).toBe(before)
})

/** What the database keeps of attempts, as it keeps it. */
async function countersOf({ databaseUrl }: TestServer): Promise<unknown[]> {
  if (databaseUrl.startsWith('file:')) {
    const database = new Database(databaseUrl.slice('file:'.length), { readonly: true })
    try {
      return database.prepare('SELECT * FROM counters').all()
    } finally {
      database.close()
    }
  }
  const pool = await openPool(databaseUrl, 1)
  try {
    return (await pool.query('SELECT * FROM counters')).rows
  } finally {
    await pool.end()
  }
}
