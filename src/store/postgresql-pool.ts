import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool, PoolClient, PoolConfig } from 'pg'

export type PrismaPgAdapter = Awaited<ReturnType<PrismaPg['connect']>>

/** A pool of connections, and Prisma's own adapter on it. */
export interface OpenPool {
  readonly pool: Pool
  readonly stock: PrismaPgAdapter
}

/** Server-side limits of single statements. Below the driver's 15 s: what it gave up on does not go on. */
const LIMITS = { statement_timeout: 12_000, lock_timeout: 5_000 } as const

/** After a failover an old connection leads to an old address, or to a server that only reads. */
const MAX_LIFETIME_SECONDS = 300

/**
 * What every connection relies on, whatever the role, the database or the server sets: the adapter reads times in this style,
 * and a single statement, which is not retried, must be able to write. Only what differs is set, since a pooler may share the
 * connection.
 */
const SETTINGS = `
  SET DateStyle = 'ISO, MDY';
  SELECT set_config(name, wanted, false)
    FROM (VALUES ('default_transaction_isolation', 'read committed'), ('default_transaction_read_only', 'off'))
      AS settings (name, wanted)
    WHERE current_setting(name) <> wanted`

/** How long closing waits for statements under way. */
const CLOSE_LIMIT_MS = 3_000

/** Opens a pool. The limits are startup parameters, without which it is opened where a pooler refuses those. */
export async function openPool(config: PoolConfig, schema: string): Promise<OpenPool> {
  const limited = await connect({ ...config, ...LIMITS }, schema)
  try {
    const connection = await limited.pool.connect()
    connection.release()
    return limited
  } catch (error) {
    await limited.stock.dispose()
    if (!isParameterRefused(error)) throw error
    return connect(config, schema)
  }
}

async function connect(config: PoolConfig, schema: string): Promise<OpenPool> {
  const stock = await new PrismaPg(
    { ...config, maxLifetimeSeconds: MAX_LIFETIME_SECONDS, verify: applySettings },
    { schema },
  ).connect()
  return { stock, pool: stock.underlyingDriver() }
}

/** Closes the pool; after 3 s also what is still under way, which a database that hangs would never end. */
export async function closePool({ stock }: OpenPool, busy: ReadonlySet<PoolClient>): Promise<void> {
  const timer = setTimeout(() => {
    for (const connection of busy) connection.end()
  }, CLOSE_LIMIT_MS)
  try {
    await stock.dispose()
  } finally {
    clearTimeout(timer)
  }
}

/** The connections that somebody uses, kept up to date. */
export function trackBusy(pool: Pool): ReadonlySet<PoolClient> {
  const busy = new Set<PoolClient>()
  pool.on('acquire', (connection) => busy.add(connection))
  pool.on('release', (_error, connection) => busy.delete(connection))
  return busy
}

function applySettings(connection: PoolClient, done: (error?: Error) => void): void {
  connection.query(SETTINGS).then(() => done(), done)
}

/** PgBouncer's answer to a startup parameter that it does not know. */
function isParameterRefused(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter/i.test(error.message)
}

/** Closes the connections that nobody uses: after a failover each of them would fail once. */
export function retireIdle(pool: Pool): void {
  for (let left = pool.idleCount; left > 0; left--) {
    pool.connect((_error, _connection, release) => release(true))
  }
}
