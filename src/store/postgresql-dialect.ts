import type { Dialect } from './dialect.js'
import type { UserModel } from './generated/sqlite/models.js'
import { WATCH } from './postgresql-adapter.js'
import { toUser } from './user-statements.js'

/** Any numbers that no other program locks in the same database. */
const FEED_LOCK = 7_246_518_903
const ROLE_LOCK = 7_246_518_904

/** The schema's name is put into SQL: only one that was checked as it was read. */
export function createPostgresqlDialect(schema: string): Dialect {
  const table = (name: string) => `"${schema}"."${name}"`
  // NO KEY: rows that refer to this one may be inserted meanwhile; nobody changes an id.
  const lockUser = `
    SELECT "id", "username", "username_key" AS "usernameKey", "email", "email_key" AS "emailKey",
      "password_hash" AS "passwordHash", "roles", "version", "created_at" AS "createdAt",
      "disabled_at" AS "disabledAt", "deleted_at" AS "deletedAt"
    FROM ${table('users')} WHERE "id" = $1 FOR NO KEY UPDATE`
  const lockFeed = `SELECT pg_advisory_xact_lock(${FEED_LOCK})`
  const lockRoles = `SELECT pg_advisory_xact_lock(${ROLE_LOCK})`
  // A statement of its own, for a snapshot that is taken once the lock is held.
  const heldByAnother = `
    SELECT 1 FROM ${table('users')} WHERE "id" <> $1 AND "roles" @> jsonb_build_array($2::text)
      AND "disabled_at" IS NULL AND "deleted_at" IS NULL LIMIT 1`
  // As a number: a raw timestamp with time zone is read back wrong by the server's offset.
  const now = `${WATCH} SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "ms"`

  return {
    provider: 'postgresql',
    table,
    parameter: (n) => `$${n}`,
    lockUser: async (tx, id) => {
      const rows = await tx.$queryRawUnsafe<UserModel[]>(lockUser, id)
      return rows[0] === undefined ? null : toUser(rows[0])
    },
    isHeldByAnother: async (tx, role, userId) => {
      await tx.$executeRawUnsafe(lockRoles)
      return (await tx.$queryRawUnsafe<unknown[]>(heldByAnother, userId, role)).length > 0
    },
    watch: WATCH,
    lastId: Number.MAX_SAFE_INTEGER,
    bytewise: { atLeast: '~>=~', above: '~>~', below: '~<~', order: 'USING ~<~' },
    // Not MAX(id), which sinks when the newest lines are pruned.
    lastRevocationId: `SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('${table('revocations')}', 'id')::regclass), 0)::float8 AS "last"`,
    lockFeed: async (tx) => {
      await tx.$executeRawUnsafe(lockFeed)
    },
    now: async (client) => {
      const rows = await client.$queryRawUnsafe<{ ms: number }[]>(now)
      const ms = rows[0]?.ms
      if (typeof ms !== 'number') throw new TypeError('the database gave no time')
      return new Date(ms)
    },
  }
}
