import { type EnvironmentOptions, optionsFromEnv } from '../base/options-from-env.js'
import { resolveDatabaseUrl } from '../base/resolve-options.js'
import type { Store } from '../store/contract.js'
import { openStore, type StoreOptions } from '../store/open-store.js'
import type { Process } from './process.js'

/** The database and options of a command that works beside the server. */
export interface Opened {
  readonly store: Store
  readonly options: EnvironmentOptions
}

/**
 * Opens the database of the variables while `work` runs. By default it must exist and be up to date: a wrong path is an
 * error, and nothing is created there.
 */
export async function withStore<T>(
  { env }: Pick<Process, 'env'>,
  work: (opened: Opened) => Promise<T>,
  { migrations = 'require', logger }: Pick<StoreOptions, 'migrations' | 'logger'> = {},
): Promise<T> {
  const options = optionsFromEnv(env)
  const store = await openStore({ databaseUrl: resolveDatabaseUrl(options), migrations, logger })
  try {
    return await work({ store, options })
  } finally {
    await store.close()
  }
}
