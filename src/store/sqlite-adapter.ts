import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  Transaction,
} from '@prisma/driver-adapter-utils'
import { systemClock } from '../base/clock.js'
import { createFileCheck } from './sqlite-files.js'

/** How long another process may hold the file's lock before a statement fails. */
const BUSY_LIMIT_MS = 5_000
/** The driver's own waiting blocks the event loop: this long at most, then we wait without blocking. */
const DRIVER_BUSY_MS = 5

/**
 * SQLite for Prisma, made safe for a server. The stock adapter has one connection, and a plain write that arrives
 * while a transaction is open joins it: answered, it is lost when that one rolls back. Here reads outside transactions
 * have a connection of their own, and transactions and plain writes take turns on another.
 *
 * Acknowledged means on disk: WAL with `synchronous=FULL`, in the file that the path leads to. Foreign keys are enforced.
 */
export function createSqliteAdapterFactory(path: string): SqlDriverAdapterFactory {
  return {
    provider: 'sqlite',
    adapterName: '@prisma/adapter-better-sqlite3',
    connect: async () => {
      const writer = await openSqlite(path)
      try {
        const reader = await openSqlite(path)
        await reader.executeScript('PRAGMA query_only = 1')
        return createAdapter({ reader, writer, checkFiles: createFileCheck(path) })
      } catch (error) {
        await writer.dispose()
        throw error
      }
    },
  }
}

/** One connection, with the PRAGMAs that every one of ours has. */
export async function openSqlite(path: string): Promise<SqlDriverAdapter> {
  const connection = await new PrismaBetterSqlite3({ url: path, timeout: DRIVER_BUSY_MS }).connect()
  try {
    await whenNotBusy(() => connection.executeScript('PRAGMA journal_mode = WAL'))
    await connection.executeScript(
      'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216',
    )
    return connection
  } catch (error) {
    await connection.dispose()
    throw error
  }
}

/** Runs a statement again while another process holds the lock, and lets the event loop go on meanwhile. */
export async function whenNotBusy<T>(run: () => Promise<T>): Promise<T> {
  const start = systemClock.elapsed()
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 20)) {
    try {
      return await run()
    } catch (error) {
      if (!isBusy(error) || systemClock.elapsed() - start > BUSY_LIMIT_MS) throw error
    }
    // Of two processes that wait, neither shall always come second.
    await sleep(pauseMs * (0.5 + Math.random()))
  }
}

/** Whether another process holds the file's lock. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'DriverAdapterError') return false
  const { cause } = error
  return typeof cause === 'object' && cause !== null && 'kind' in cause && cause.kind === 'SocketTimeout'
}

type Release = () => void

/** Gives turns, in the order of asking. */
function createTurnstile(): () => Promise<Release> {
  let last = Promise.resolve()
  return async () => {
    const before = last
    let open: Release = () => {}
    last = new Promise((resolve) => {
      // Not at once: a long queue would be served in one go, and no timer or socket meanwhile.
      open = () => setImmediate(resolve)
    })
    await before
    return open
  }
}

interface Connections {
  readonly reader: SqlDriverAdapter
  readonly writer: SqlDriverAdapter
  /** Throws when the file is no longer the one that is open. */
  readonly checkFiles: () => void
}

function createAdapter({ reader, writer, checkFiles }: Connections): SqlDriverAdapter {
  const takeTurn = createTurnstile()

  async function write<T>(run: () => Promise<T>): Promise<T> {
    const release = await takeTurn()
    try {
      checkFiles()
      return await whenNotBusy(run)
    } finally {
      release()
    }
  }

  async function read<T>(run: () => Promise<T>): Promise<T> {
    checkFiles()
    return whenNotBusy(run)
  }

  return {
    provider: 'sqlite',
    adapterName: writer.adapterName,
    queryRaw: (query) =>
      isRead(query) ? read(() => reader.queryRaw(query)) : write(() => writer.queryRaw(query)),
    executeRaw: (query) => write(() => writer.executeRaw(query)),
    executeScript: (script) => write(() => writer.executeScript(script)),
    startTransaction: async () => {
      const release = await takeTurn()
      try {
        checkFiles()
        // IMMEDIATE: whoever decides in a transaction has the lock before it reads.
        await whenNotBusy(() => writer.executeScript('BEGIN IMMEDIATE'))
      } catch (error) {
        release()
        throw error
      }
      return createTransaction({ writer, checkFiles }, release)
    },
    dispose: async () => {
      const release = await takeTurn()
      await reader.dispose()
      await writer.dispose()
      release()
    },
  }
}

function isRead(query: SqlQuery): boolean {
  return /^\s*(?:SELECT|WITH)\b/i.test(query.sql)
}

function createTransaction(
  { writer, checkFiles }: Pick<Connections, 'writer' | 'checkFiles'>,
  release: Release,
): Transaction {
  let over = false

  // Once: the writer is somebody else's afterwards.
  async function end(how: () => Promise<void>): Promise<void> {
    if (over) return
    over = true
    try {
      await how()
    } finally {
      release()
    }
  }

  return {
    provider: 'sqlite',
    adapterName: writer.adapterName,
    // Prisma then leaves BEGIN, COMMIT and ROLLBACK to us.
    options: { usePhantomQuery: true },
    queryRaw: (query) => writer.queryRaw(query),
    executeRaw: (query) => writer.executeRaw(query),
    commit: () => end(() => commit(writer, checkFiles)),
    rollback: () => end(() => rollBack(writer)),
  }
}

async function commit(writer: SqlDriverAdapter, checkFiles: () => void): Promise<void> {
  try {
    checkFiles()
    await writer.executeScript('COMMIT')
  } catch (error) {
    await rollBack(writer)
    throw error
  }
}

/** Rolls back; well, too, when SQLite has done so by itself. */
export async function rollBack(writer: SqlDriverAdapter): Promise<void> {
  try {
    await writer.executeScript('ROLLBACK')
  } catch (error) {
    // A full disk and the like do that.
    if (!(error instanceof Error) || !describe(error).includes('no transaction is active')) throw error
  }
}

function describe(error: Error): string {
  return `${error.message} ${JSON.stringify(error.cause)}`
}
