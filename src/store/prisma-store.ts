import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../base/clock.js'
import { createAuditStatements } from './audit-statements.js'
import type { Statements, Store, Transaction } from './contract.js'
import { createCounterStatements } from './counter-statements.js'
import type { Client, Dialect } from './dialect.js'
import { StoreOutcomeUnknown, StoreUnavailable } from './failures.js'
import { appendToFeed, createFeedStatements } from './feed-statements.js'
import type { Prisma, PrismaClient } from './generated/sqlite/client.js'
import { prune } from './prune.js'
import { createSessionStatements } from './session-statements.js'
import { toStoreError } from './store-errors.js'
import { createTokenStatements } from './token-statements.js'
import { createUserStatements } from './user-statements.js'

/** The store on Prisma, for both providers. A given clock replaces the database's. */
export function createPrismaStore({
  client,
  dialect,
  clock,
}: {
  client: PrismaClient
  dialect: Dialect
  clock: Clock | undefined
}): Store {
  let closed = false

  // Prisma would open the database again.
  const whileOpen: Attempt = async (run) => {
    if (closed) throw new StoreUnavailable('the store is closed')
    return attempt(run)
  }
  const transaction: Store['transaction'] = async (work) => {
    if (closed) throw new StoreUnavailable('the store is closed')
    return runTransaction({ client, dialect, work })
  }
  const checkWritable = createWriteCheck(client, dialect)
  const now = async () => (clock === undefined ? dialect.now(client) : new Date(clock.now()))

  return {
    ...around(createStatements(client, dialect), whileOpen),
    provider: dialect.provider,
    endSessions: (change) => transaction((tx) => tx.endSessions(change)),
    endAllSessions: (change) => transaction((tx) => tx.endAllSessions(change)),
    transaction,
    now: () => whileOpen(now),
    checkWritable: (rows) => whileOpen(() => checkWritable(rows)),
    prune: (before, limit) => whileOpen(() => prune(client, before, limit)),
    close: async () => {
      closed = true
      await client.$disconnect()
    },
  }
}

/** How long the row stays after its instance has ended: until it is pruned. */
const CHECK_ROW_MS = 3_600_000

/** Counters of its own for each instance: no two wait for each other, nor for requests. */
function createWriteCheck(client: Client, dialect: Dialect): (rows: number) => Promise<void> {
  const key = `write-check:${randomUUID()}`
  const write = `${dialect.watch}
    INSERT INTO ${dialect.table('counters')} ("key", "points", "expires_at")
    WITH RECURSIVE "numbers" ("n") AS (
      SELECT 1 UNION ALL SELECT "n" + 1 FROM "numbers" WHERE "n" < ${dialect.parameter(1)}
    )
    SELECT ${dialect.parameter(2)} || ':' || "n", 1, ${dialect.parameter(3)} FROM "numbers" WHERE 1 = 1
    ON CONFLICT ("key") DO UPDATE SET "points" = 1 - "counters"."points", "expires_at" = excluded."expires_at"
    RETURNING "key"`
  return async (rows) => {
    await client.$queryRawUnsafe(write, rows, key, new Date(systemClock.now() + CHECK_ROW_MS))
  }
}

function createStatements(client: Client, dialect: Dialect): Statements {
  return {
    ...createUserStatements(client, dialect),
    ...createSessionStatements(client, dialect),
    ...createTokenStatements(client, dialect),
    ...createFeedStatements(client, dialect),
    ...createAuditStatements(client, dialect),
    ...createCounterStatements(client, dialect),
  }
}

function createTransaction(tx: Prisma.TransactionClient, dialect: Dialect): Transaction {
  return {
    ...createStatements(tx, dialect),
    lockUser: (id) => dialect.lockUser(tx, id),
    isHeldByAnother: (role, userId) => dialect.isHeldByAnother(tx, role, userId),
    appendRevocations: async (entries) => {
      if (entries.length === 0) return []
      await dialect.lockFeed(tx)
      return appendToFeed(tx, dialect, entries)
    },
  }
}

async function runTransaction<T>({
  client,
  dialect,
  work,
}: {
  client: PrismaClient
  dialect: Dialect
  work: (tx: Transaction) => Promise<T>
}): Promise<T> {
  const state: { failed?: { error: unknown }; thrown?: { error: unknown }; isDone?: true } = {}

  // A failed statement fails the transaction, also when `work` catches its error: PostgreSQL would answer COMMIT with
  // a silent rollback, and SQLite would run what follows a full disk's rollback outside of any transaction.
  async function attemptOnce<R>(run: () => Promise<R>): Promise<R> {
    if (state.failed !== undefined) throw state.failed.error
    try {
      return await attempt(run)
    } catch (error) {
      state.failed ??= { error }
      throw error
    }
  }

  try {
    return await client.$transaction(async (tx) => {
      try {
        const result = await work(around(createTransaction(tx, dialect), attemptOnce))
        if (state.failed !== undefined) throw state.failed.error
        state.isDone = true
        return result
      } catch (error) {
        state.thrown = { error }
        throw error
      }
    })
  } catch (error) {
    // What `work` threw is the caller's; only what BEGIN and COMMIT threw is for us to name.
    if (state.thrown !== undefined) throw state.thrown.error
    // A SQLite file has no connection that could die.
    if (state.isDone === undefined || dialect.provider === 'sqlite') throw toStoreError(error)
    throw new StoreOutcomeUnknown('the connection died at COMMIT', { cause: error })
  }
}

type Attempt = <T>(run: () => Promise<T>) => Promise<T>

async function attempt<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toStoreError(error)
  }
}

/** The same methods, each run by `attempt`. */
function around<T extends Statements>(statements: T, attempt: Attempt): T {
  const methods = Object.entries(statements).map(([name, method]) => [
    name,
    (...args: unknown[]) => attempt(() => method(...args)),
  ])
  return Object.fromEntries(methods) as T
}
