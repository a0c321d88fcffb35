import { copyFile, rename } from 'node:fs/promises'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { openPool } from '../support/postgresql-pool.js'
import { PASSWORD, startServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

/** A server whose rounds come when the test says so. */
async function openServer() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const logger = createTestLogger()
  const server = await startServer({ logger })
  const status = async () => (await fetch(`${server.origin}/ready`)).status
  return {
    server,
    logger,
    /** What `/ready` responds with when it has changed. */
    async ready() {
      const before = await status()
      vi.advanceTimersByTime(3_000)
      await vi.waitUntil(async () => (await status()) !== before, { timeout: 5_000 })
      return status()
    },
  }
}

if (inject('provider') === 'sqlite') {
  test('F31: a database file that is removed or replaced is noticed at once, and used again when it is back', async () => {
    const { server, logger, ready } = await openServer()
    const path = server.databaseUrl.slice('file:'.length)
    const { username, accessToken } = await server.signUp()

    await rename(path, `${path}.away`)
    const signup = `mutation { signup(input: { username: "late", password: "${PASSWORD}" }) { tokenType } }`
    expect(await server.ask(signup)).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    expect(await server.judge(accessToken)).toBe('UNAVAILABLE')
    expect(await ready()).toBe(503)
    expect(logger.text()).toContain('test.db was removed while the server has it open')

    await copyFile(`${path}.away`, path)
    expect(await server.ask(signup)).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    expect(logger.text()).toContain('test.db was replaced while the server has it open')

    await rename(`${path}.away`, path)
    await server.logIn(username)
    expect(await ready()).toBe(200)
    expect((await server.ask(signup)).code).toBeUndefined()
  })

  test('F31: so is its journal', async () => {
    const { server } = await openServer()
    const journal = `${server.databaseUrl.slice('file:'.length)}-wal`
    const { accessToken } = await server.signUp()
    await rename(journal, `${journal}.away`)
    expect(await server.judge(accessToken)).toBe('UNAVAILABLE')
    await rename(`${journal}.away`, journal)
    expect(await server.judge(accessToken)).toBe('ok')
  })
} else {
  test('F31: while every write fails /ready is 503, and reads go on', async () => {
    const { server, logger, ready } = await openServer()
    const { accessToken } = await server.signUp()
    const pool = await openPool(server.databaseUrl, 1)
    onTestFinished(() => pool.end())
    await pool.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$`)
    for (const table of ['users', 'sessions', 'tokens', 'counters', 'audit_events']) {
      await pool.query(`CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION fail()`)
    }
    expect(await ready()).toBe(503)
    expect(await server.judge(accessToken)).toBe('ok')
    expect(logger.text()).toContain('the database cannot be written')
    await pool.query('DROP FUNCTION fail() CASCADE')
    expect(await ready()).toBe(200)
  })
}
