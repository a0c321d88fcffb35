import Database from 'better-sqlite3'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openPool } from '../support/postgresql-pool.js'
import { openReader } from '../support/read-database.js'
import { startServer } from '../support/server.js'

const isPostgresql = inject('provider') === 'postgresql'
const SESSIONS = Number(process.env.SOAK_ROUNDS ?? 2_000)
const EXCHANGED = 3 * SESSIONS
const ANYTHING = 'SELECT n FROM series'
const SERIES = (count: number) =>
  `WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count})`

async function run(databaseUrl: string, statements: readonly string[]): Promise<void> {
  if (isPostgresql) {
    const pool = await openPool(databaseUrl, 1)
    for (const sql of statements) await pool.query(sql)
    await pool.end()
    return
  }
  const database = new Database(databaseUrl.slice('file:'.length))
  for (const sql of statements) database.exec(sql)
  database.close()
}

/** As after so many logins, each with its pair, and so many refreshes of one of the sessions. */
function fill(sessionId: string): string[] {
  const [pair, spent] = [
    ['access', 'refresh'].map(
      (
        type,
      ) => `${SERIES(SESSIONS)} INSERT INTO tokens (jti, type, user_id, session_id, fresh, issued_at, expires_at)
        SELECT '${type}-' || n, '${type}', user_id, 's' || n, fresh, issued_at, expires_at
        FROM tokens, (${ANYTHING}) AS s WHERE session_id = '${sessionId}' AND type = '${type}'`,
    ),
    `${SERIES(EXCHANGED)} INSERT INTO tokens (jti, type, user_id, session_id, fresh, issued_at, expires_at, rotated_at)
      SELECT 'spent-' || n, type, user_id, session_id, fresh, issued_at, expires_at, issued_at
      FROM tokens, (${ANYTHING}) AS s WHERE session_id = '${sessionId}' AND type = 'refresh'`,
  ]
  const sessions = `${SERIES(SESSIONS)} INSERT INTO sessions (id, user_id, csrf, auth_time, created_at, last_used_at,
      access_jti, refresh_jti, issued_at, access_expires_at, refresh_expires_at)
    SELECT 's' || n, user_id, csrf, auth_time, created_at, last_used_at,
      'access-' || n, 'refresh-' || n, issued_at, access_expires_at, refresh_expires_at
    FROM sessions, (${ANYTHING}) AS s WHERE id = '${sessionId}'`
  return [sessions, ...pair, spent]
}

async function crowd() {
  const server = await startServer()
  const ada = await server.signUp('ada')
  const sessionId = String(server.sallyport.tokens.peek(ada.accessToken)?.unverifiedClaims.sid)
  await run(server.databaseUrl, fill(sessionId))
  const reader = await openReader(server.databaseUrl)
  onTestFinished(() => reader.close())
  return { server, ada, sessionId, reader }
}

test.each([
  ['revokeAllSessions', SESSIONS + 1],
  ['revokeOtherSessions', SESSIONS],
] as const)(
  'F2: %s ends thousands of sessions by their own rows: none of their tokens is written',
  async (mutation, count) => {
    const { server, ada, sessionId, reader } = await crowd()
    const began = performance.now()
    const { data } = await server.ask(`mutation { ${mutation} }`, { token: ada.accessToken })
    expect(data).toEqual({ [mutation]: count })
    expect(performance.now() - began).toBeLessThan(5_000)

    const { sessions, tokens } = await reader.read()
    expect(sessions.filter(({ revoked_at }) => revoked_at !== null)).toHaveLength(count)
    expect(tokens.filter(({ revoked_at }) => revoked_at !== null)).toEqual([])
    const store = await server.store()
    expect(await store.findToken('access-7')).toMatchObject({ revokedReason: 'session_revoked' })
    const isEnded = (await store.findSession(sessionId))?.revokedAt !== null
    expect(isEnded).toBe(mutation === 'revokeAllSessions')
    expect(await server.judge(ada.accessToken)).toBe(isEnded ? 'TOKEN_REVOKED' : 'ok')
    expect((await server.refresh(ada.refreshToken)).code).toBe(isEnded ? 'SESSION_ENDED' : undefined)
  },
)

test('F2: a session with thousands of exchanged tokens is ended by its own row', async () => {
  const { server, ada, sessionId, reader } = await crowd()
  const phone = await server.logIn('ada')
  const answer = await server.ask('mutation ($id: ID!) { revokeSession(id: $id) { revokedAt } }', {
    token: phone.accessToken,
    variables: { id: sessionId },
  })
  expect(answer.status).toBe(200)
  expect(await server.judge(ada.accessToken)).toBe('TOKEN_REVOKED')
  expect((await server.refresh(ada.refreshToken)).code).toBe('SESSION_ENDED')
  expect((await reader.read()).tokens.filter(({ revoked_at }) => revoked_at !== null)).toEqual([])
  expect(await server.judge(phone.accessToken)).toBe('ok')
})
