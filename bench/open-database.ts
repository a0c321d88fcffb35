import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../src/store/contract.js'
import { openStore } from '../src/store/open-store.js'
import { startCluster } from '../test/support/postgresql-cluster.js'
import { processorMsBelow } from './processor-below.js'

/** A database of a benchmark's own: a file, or a cluster that is started for it. */
export interface BenchDatabase {
  /** What a server on it is made with. */
  readonly options: { databaseUrl: string; secret: string }
  readonly store: Store
  /** Processor time that PostgreSQL has used, in milliseconds. SQLite's is this process's own: 0. */
  processorMs(): Promise<number>
  close(): Promise<void>
}

export async function openDatabase(provider: string): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'))
  const cluster = provider === 'postgresql' ? await startCluster() : null
  const databaseUrl = cluster?.url ?? `file:${join(folder, 'bench.db')}`
  const store = await openStore({ databaseUrl })
  return {
    options: { databaseUrl, secret: randomUUID() + randomUUID() },
    store,
    processorMs: () => (cluster === null ? Promise.resolve(0) : processorMsBelow(cluster.pid)),
    async close() {
      await store.close()
      await cluster?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
