import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { Statements } from '../../src/store/contract.js'
import { PrismaClient as PostgresqlClient } from '../../src/store/generated/postgresql/client.js'
import { PrismaClient } from '../../src/store/generated/sqlite/client.js'
import { createPostgresqlDialect } from '../../src/store/postgresql-dialect.js'
import { createPrismaStore } from '../../src/store/prisma-store.js'
import { createSqliteAdapterFactory } from '../../src/store/sqlite-adapter.js'
import { sqliteDialect } from '../../src/store/sqlite-dialect.js'
import { openTestStore } from './open-test-store.js'
import { at } from './records.js'

const isPostgresql = inject('provider') === 'postgresql'
const log = [{ emit: 'event', level: 'query' }] as const

function openClient(databaseUrl: string): PrismaClient {
  if (!isPostgresql) {
    return new PrismaClient({
      adapter: createSqliteAdapterFactory(fileURLToPath(databaseUrl)),
      log: [...log],
    })
  }
  const adapter = new PrismaPg({ connectionString: databaseUrl })
  return new PostgresqlClient({ adapter, log: [...log] }) as unknown as PrismaClient
}

/** Many rows: of a few, a database reads all. */
function fill(): string[] {
  const rows = isPostgresql
    ? `FROM generate_series(1, 5000) AS s(n)`
    : `FROM (WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 5000) SELECT n FROM s) AS s`
  const time = isPostgresql
    ? `to_timestamp(1900000000 + n)`
    : `strftime('%Y-%m-%dT%H:%M:%f+00:00', 1900000000 + n, 'unixepoch')`
  return [
    `INSERT INTO users (id, username_key, email_key, roles, version, created_at)
      SELECT 'u' || n, 'name' || n, 'name' || n || '@example.com', '[]', 1, ${time} ${rows}`,
    `INSERT INTO audit_events (at, type, actor, user_id, count)
      SELECT ${time}, 'type' || (n % 50), 'user', 'u' || (n % 1000), 1 ${rows}`,
    'ANALYZE',
  ]
}

const first = { limit: 51 }
const after = { createdAt: at(0), id: 'u9' }
const PAGES: [string, (store: Statements) => Promise<unknown>, RegExp][] = [
  ['users', (store) => store.listUsers(first), /users_created_at_id_idx/],
  ['users, further on', (store) => store.listUsers({ ...first, after }), /users_created_at_id_idx/],
  [
    'users by how a name begins',
    (store) =>
      store.findUsersByPrefix({ ...first, usernamePrefix: 'name4', emailPrefix: 'name4', after: 'name42' }),
    /users_(?:username|email)_key_(?:prefix|key)/,
  ],
  [
    'the audit log',
    (store) => store.listAuditRecords(first),
    /audit_events_pkey|SCAN .*audit_events|INTEGER PRIMARY KEY/,
  ],
  [
    '… of a user',
    (store) => store.listAuditRecords({ ...first, userId: 'u7', afterId: 900 }),
    /audit_events_user_id_(?:type_)?id_idx/,
  ],
  ['… of a type', (store) => store.listAuditRecords({ ...first, type: 'login' }), /audit_events_type_id_idx/],
  [
    '… of both',
    (store) => store.listAuditRecords({ ...first, userId: 'u7', type: 'login' }),
    /audit_events_user_id_(?:type_)?id_idx/,
  ],
]

test('every page is read in the order of an index, by the SQL that Prisma sends: nothing is sorted', async () => {
  const { databaseUrl } = await openTestStore()
  const client = openClient(databaseUrl)
  onTestFinished(() => client.$disconnect())
  for (const sql of fill()) await client.$executeRawUnsafe(sql)
  const dialect = isPostgresql ? createPostgresqlDialect('public') : sqliteDialect
  const store = createPrismaStore({ client, dialect, clock: undefined })
  const sent: string[] = []
  const listen = client.$on as unknown as (event: 'query', heard: (event: { query: string }) => void) => void
  listen.call(client, 'query', ({ query }) => sent.push(query))

  for (const [page, read, index] of PAGES) {
    sent.length = 0
    await read(store)
    const pages = sent.filter((sql) => sql.includes('ORDER BY'))
    expect(pages.length, page).toBeGreaterThan(0)
    for (const sql of pages) {
      const plan = await explain(client, sql)
      expect(plan, `${page}: ${sql}`).toMatch(index)
      expect(plan, `${page}: ${sql}`).not.toMatch(/Sort|TEMP B-TREE/)
    }
  }
})

async function explain(client: PrismaClient, sql: string): Promise<string> {
  if (isPostgresql) {
    // Of a handful of rows it would rather sort them than follow the index.
    const [, plan] = await client.$transaction([
      client.$executeRawUnsafe('SET LOCAL enable_bitmapscan = off'),
      client.$queryRawUnsafe(`EXPLAIN (GENERIC_PLAN) ${sql}`),
    ])
    return JSON.stringify(plan)
  }
  const values = [...sql.matchAll(/\?/g)].map(() => null)
  const rows = await client.$queryRawUnsafe<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
  return rows.map(({ detail }) => detail).join('\n')
}
