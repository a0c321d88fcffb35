import Database from 'better-sqlite3'
import { expect, inject, test } from 'vitest'
import { openPool } from '../support/postgresql-pool.js'
import { startServer } from '../support/server.js'

const TABLES = ['audit_events', 'revocations']
const isPostgresql = inject('provider') === 'postgresql'
/** On PostgreSQL more than 32 bits: at a thousand rows a second they are used up within a month. */
const WRITTEN = isPostgresql ? 3_000_000_000 : 2_000_000_000

/** As if so many rows had been written, and pruned since. */
async function skipRows(databaseUrl: string): Promise<void> {
  if (isPostgresql) {
    const pool = await openPool(databaseUrl, 1)
    for (const table of TABLES) await pool.query(`SELECT setval('${table}_id_seq', ${WRITTEN})`)
    await pool.end()
    return
  }
  const database = new Database(databaseUrl.slice('file:'.length))
  for (const table of TABLES) {
    database.prepare('DELETE FROM sqlite_sequence WHERE name = ?').run(table)
    database.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, WRITTEN)
  }
  database.close()
}

test('after thousands of millions of rows, events are written and paged, and revocations heard of', async () => {
  const one = await startServer()
  await skipRows(one.databaseUrl)
  const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
  const admin = await one.signUpAdmin()
  const { accessToken } = await one.signUp()
  await one.ask('mutation { logout { ended } }', { token: accessToken })
  expect(await one.judge(accessToken)).toBe('TOKEN_REVOKED')
  await expect.poll(() => two.judge(accessToken), { timeout: 5_000, interval: 20 }).toBe('TOKEN_REVOKED')

  const types: string[] = []
  let after: string | null = null
  do {
    const { data } = await one.ask(
      'query ($after: String) { auditLog(first: 1, after: $after) { nodes { id type } pageInfo { hasNextPage endCursor } } }',
      { token: admin.accessToken, variables: { after } },
    )
    const { nodes, pageInfo } = data.auditLog
    expect(Number(nodes[0].id)).toBeGreaterThan(WRITTEN)
    types.push(nodes[0].type)
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  expect(types.slice(0, 2)).toEqual(['LOGOUT', 'SIGNUP'])
})

test.each(['99999999999', '999999999999999'])('a cursor of row %s is no failure', async (id) => {
  const server = await startServer()
  const { accessToken } = await server.signUpAdmin()
  const after = Buffer.from(`1:${id}`).toString('base64url')
  const answer = await server.ask('query ($after: String) { auditLog(after: $after) { nodes { id } } }', {
    token: accessToken,
    variables: { after },
  })
  expect(answer.status).toBe(200)
  expect(answer.data.auditLog.nodes).not.toEqual([])
})
