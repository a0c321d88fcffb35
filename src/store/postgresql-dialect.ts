import type { Dialect } from './dialect.js'
import type { UserModel } from './generated/sqlite/models.js'
import { toUser } from './user-statements.js'

/** Any number will do that no other program locks in the same database. */
const FEED_LOCK = 7_246_518_903

export const postgresqlDialect: Dialect = {
  provider: 'postgresql',
  lockUser: async (tx, id) => {
    // NO KEY: rows that refer to this one may still be inserted meanwhile; nobody changes an id.
    const rows = await tx.$queryRaw<UserModel[]>`
      SELECT "id", "username", "username_key" AS "usernameKey", "email", "email_key" AS "emailKey",
        "password_hash" AS "passwordHash", "roles", "version", "created_at" AS "createdAt",
        "disabled_at" AS "disabledAt", "deleted_at" AS "deletedAt"
      FROM "users" WHERE "id" = ${id} FOR NO KEY UPDATE`
    return rows[0] === undefined ? null : toUser(rows[0])
  },
  lockFeed: async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FEED_LOCK}::bigint)`
  },
  now: async (client) => {
    // As a number: a raw timestamp with time zone is read back wrong by the server's offset.
    const rows = await client.$queryRaw<{ ms: number }[]>`
      SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "ms"`
    const ms = rows[0]?.ms
    if (typeof ms !== 'number') throw new TypeError('the database gave no time')
    return new Date(ms)
  },
}
