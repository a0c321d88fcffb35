import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { Store } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'
import { emptyDatabase, freshDatabase } from '../support/database.js'

/** A store on a database of its own; both go when the test ends. */
export async function openTestStore(): Promise<{ store: Store; databaseUrl: string }> {
  const database = await freshDatabase()
  onTestFinished(() => database.drop())
  const store = await reopen(database.databaseUrl)
  return { store, databaseUrl: database.databaseUrl }
}

/** One store for all tests of a file, where each keeps to users of its own. */
export function shareStore(): { store: Store; databaseUrl: string } {
  const shared = {} as { store: Store; databaseUrl: string }
  let drop = async () => {}
  beforeAll(async () => {
    const database = await freshDatabase()
    drop = database.drop
    shared.databaseUrl = database.databaseUrl
    shared.store = await openStore({ databaseUrl: database.databaseUrl })
  })
  afterAll(async () => {
    await shared.store?.close()
    await drop()
  })
  return shared
}

/** A further store on a database, as another instance would open it; closed when the test ends. */
export async function reopen(databaseUrl: string): Promise<Store> {
  const store = await openStore({ databaseUrl })
  onTestFinished(() => store.close())
  return store
}

/** A database without tables, which goes when the test ends. */
export async function emptyTestDatabase(): Promise<string> {
  const database = await emptyDatabase()
  onTestFinished(() => database.drop())
  return database.databaseUrl
}
