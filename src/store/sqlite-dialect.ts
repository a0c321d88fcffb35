import { systemClock } from '../base/clock.js'
import type { Dialect } from './dialect.js'
import { toUser } from './user-statements.js'

/** One writer at a time: a transaction of ours holds every lock as it begins. The file's clock is the machine's. */
export const sqliteDialect: Dialect = {
  provider: 'sqlite',
  table: (name) => `"${name}"`,
  parameter: () => '?',
  lockUser: async (tx, id) => {
    const row = await tx.user.findUnique({ where: { id } })
    return row === null ? null : toUser(row)
  },
  lockFeed: async () => {},
  now: async () => new Date(systemClock.now()),
}
