import { type EnvironmentOptions, optionsFromEnv } from '../base/options-from-env.js'
import { resolveDatabaseUrl } from '../base/resolve-options.js'
import type { Store } from '../store/contract.js'
import { openStore, type StoreOptions } from '../store/open-store.js'
import type { Process } from './process.js'

/** What a command that works beside the server stands on. */
export interface Opened {
  readonly store: Store
  readonly options: EnvironmentOptions
}

/**
 * Opens the database of the variables for as long as `work` takes. By default it must be there, and up to date: what is
 * looked for in the wrong place is not found, and nothing is made there.
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
