import { systemClock } from '../base/clock.js'
import type { Dialect } from './dialect.js'
import { toUser } from './user-statements.js'

const HELD_BY_ANOTHER = `
  SELECT 1 FROM "users", json_each("users"."roles") AS "role"
  WHERE "users"."id" <> ? AND "role"."value" = ? AND "disabled_at" IS NULL AND "deleted_at" IS NULL LIMIT 1`

/** One writer at a time: a transaction of ours holds every lock as it begins. The file's clock is the machine's. */
export const sqliteDialect: Dialect = {
  provider: 'sqlite',
  table: (name) => `"${name}"`,
  parameter: () => '?',
  lockUser: async (tx, id) => {
    const row = await tx.user.findUnique({ where: { id } })
    return row === null ? null : toUser(row)
  },
  isHeldByAnother: async (tx, role, userId) =>
    (await tx.$queryRawUnsafe<unknown[]>(HELD_BY_ANOTHER, userId, role)).length > 0,
  // It has a connection for reading.
  watch: '',
  lastId: 2_147_483_647,
  bytewise: { atLeast: '>=', above: '>', below: '<', order: '' },
  lastRevocationId: `SELECT coalesce((SELECT "seq" FROM "sqlite_sequence" WHERE "name" = 'revocations'), 0) AS "last"`,
  lockFeed: async () => {},
  now: async () => new Date(systemClock.now()),
}
