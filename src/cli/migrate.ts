import { Command } from 'commander'
import { optionsFromEnv } from '../base/options-from-env.js'
import { resolveServer } from '../base/resolve-options.js'
import { openStore } from '../store/open-store.js'
import type { Process } from './process.js'

export function migrateCommand({ env, stdout }: Process): Command {
  return new Command('migrate')
    .description('Apply pending migrations to the database of DATABASE_URL, and exit.')
    .action(async () => {
      const { databaseUrl } = resolveServer(optionsFromEnv(env))
      const store = await openStore({ databaseUrl })
      await store.close()
      stdout.write('The database is up to date.\n')
    })
}
