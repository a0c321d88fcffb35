import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils'
import type { Pool, PoolClient, PoolConfig } from 'pg'
import { isConnectionLost, isConnectionOver } from './postgresql-errors.js'
import {
  closePool,
  type OpenPool,
  openPool,
  type PrismaPgAdapter,
  retireIdle,
  trackBusy,
} from './postgresql-pool.js'

/**
 * Begins a transaction with all that it relies on, in one message, so that it costs no further round trip. For the transaction
 * alone, since a pooler such as PgBouncer hands the connection to others afterwards. The server gives up before Prisma does
 * (10 s), and Prisma before the driver (15 s): a statement that its caller gave up on does not go on.
 */
const BEGIN = `
  BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
  SET LOCAL lock_timeout = '5s';
  SET LOCAL statement_timeout = '8s';
  SET LOCAL idle_in_transaction_session_timeout = '8s'`

/** A statement that changes nothing and locks no row. Outside of transactions we send no other SELECT. */
const READ = /^\s*(?:\/\*[^*]*\*\/\s*)?SELECT\b(?!.*\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|SHARE))/is

/** Stands at the head of each statement that the pool for watching runs. */
export const WATCH = '/* watch */'

/**
 * PostgreSQL for Prisma, made safe for a server. The stock adapter hands a connection back to the pool whatever became of
 * its transaction: after a timeout the ROLLBACK may never have been sent, and somebody else's COMMIT makes half of the
 * transaction last. Here a connection whose transaction did not end as it was told to is closed, which rolls back.
 *
 * What an instance follows at all times, the revocations and the clock, has a pool of its own: the other one can be full.
 */
export function createPostgresqlAdapterFactory(config: PoolConfig, schema: string): SqlDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => {
      const main = await openPool(config, schema)
      try {
        return createAdapter(main, await openPool({ ...config, max: 2 }, schema))
      } catch (error) {
        await main.stock.dispose()
        throw error
      }
    },
  }
}

function createAdapter(main: OpenPool, watch: OpenPool): SqlDriverAdapter {
  const { stock, pool } = main
  const [busy, watching] = [trackBusy(pool), trackBusy(watch.pool)]

  /** Where one connection is over those beside it may be too: the server has stopped, or is a standby by now. */
  function retireIfOver(error: unknown): boolean {
    const isOver = isConnectionOver(error)
    if (isOver) for (const each of [pool, watch.pool]) retireIdle(each)
    return isOver
  }

  /** Once more when the connection was lost: a statement that only reads may run twice. */
  async function read<T>(statement: () => Promise<T>): Promise<T> {
    try {
      return await run(statement)
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      return run(statement)
    }
  }

  /** A statement of its own. pg closes the connection of one that failed. */
  async function run<T>(statement: () => Promise<T>): Promise<T> {
    try {
      return await statement()
    } catch (error) {
      retireIfOver(error)
      throw error
    }
  }

  /** Once more on a new connection when an old one turns out to be over: nothing was asked of it yet. */
  async function begin(): Promise<PoolClient> {
    try {
      return await tryBegin(pool)
    } catch (error) {
      if (!retireIfOver(error)) throw error
      return tryBegin(pool)
    }
  }

  return {
    provider: 'postgres',
    adapterName: stock.adapterName,
    queryRaw: (query) => {
      const chosen = query.sql.startsWith(WATCH) ? watch : main
      const ask = () => chosen.stock.queryRaw(query)
      return READ.test(query.sql) ? read(ask) : run(ask)
    },
    executeRaw: (query) => run(() => stock.executeRaw(query)),
    executeScript: (script) => run(() => stock.executeScript(script)),
    startTransaction: async () => {
      const connection = await begin()
      return createTransaction(connection, onConnection(stock, connection))
    },
    getConnectionInfo: () => stock.getConnectionInfo(),
    dispose: async () => {
      await Promise.all([closePool(main, busy), closePool(watch, watching)])
    },
  }
}

async function tryBegin(pool: Pool): Promise<PoolClient> {
  const connection = await pool.connect()
  try {
    await connection.query(BEGIN)
    return connection
  } catch (error) {
    connection.release(true)
    throw error
  }
}

/** The stock adapter's statements on one connection: it sends them to whatever its `client` is. */
function onConnection(stock: PrismaPgAdapter, connection: PoolClient): SqlQueryable {
  return Object.create(stock, { client: { value: connection } }) as SqlQueryable
}

function createTransaction(connection: PoolClient, queryable: SqlQueryable): Transaction {
  let underWay = 0
  let isBroken = false
  let isOver = false
  // The server closes a connection that is idle in a transaction: when Prisma gave up waiting for one, nobody else does.
  const onError = () => {
    isBroken = true
    if (isOver || underWay > 0) return
    isOver = true
    release()
  }
  connection.on('error', onError)

  async function run<T>(statement: () => Promise<T>): Promise<T> {
    if (isBroken) throw new Error('the connection of this transaction was lost')
    underWay++
    try {
      return await statement()
    } catch (error) {
      if (isConnectionOver(error)) isBroken = true
      throw error
    } finally {
      underWay--
    }
  }

  /** Closing the connection rolls back, also when the server hears of it late. */
  function release(): void {
    connection.removeListener('error', onError)
    connection.release(isBroken || underWay > 0 || connection.getTransactionStatus() !== 'I')
  }

  async function end(command: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const wasOver = isOver
    isOver = true
    try {
      // Behind a statement that hangs it would wait, and be dropped unsent.
      if (isBroken || underWay > 0) throw new Error(`the connection was lost before ${command}`)
      if (wasOver) return
      const { command: done } = await run(() => connection.query(command))
      // PostgreSQL takes COMMIT for ROLLBACK when a statement of the transaction failed.
      if (done !== command) throw new Error('the transaction had failed: it was rolled back')
    } catch (error) {
      isBroken = true
      if (command === 'COMMIT') throw error
    } finally {
      if (!wasOver) release()
    }
  }

  return {
    provider: 'postgres',
    adapterName: queryable.adapterName,
    // Prisma then leaves BEGIN, COMMIT and ROLLBACK to us.
    options: { usePhantomQuery: true },
    queryRaw: (query: SqlQuery) => run(() => queryable.queryRaw(query)),
    executeRaw: (query: SqlQuery) => run(() => queryable.executeRaw(query)),
    commit: () => end('COMMIT'),
    rollback: () => end('ROLLBACK'),
  }
}
