import { Command } from 'commander'
import { createPasswords } from '../accounts/passwords.js'
import { createPrepareAccount } from '../accounts/sign-up.js'
import { optionsFromEnv } from '../base/options-from-env.js'
import { resolveServer } from '../base/resolve-options.js'
import { createHashQueue } from '../limits/hash-queue.js'
import { ADMIN } from '../sessions/actor.js'
import { addAccount } from '../sessions/add-account.js'
import { openStore } from '../store/open-store.js'
import type { Process } from './process.js'
import { readPassword } from './read-password.js'

interface UserAdd {
  username?: string
  email?: string
  role?: string[]
  admin?: true
}

export function userAddCommand({ env, stdin, stdout, stderr }: Process): Command {
  return new Command('add')
    .description('Make an account. The password is asked for, or read from standard input.')
    .option('--username <name>', 'its user name')
    .option('--email <address>', 'its e-mail address')
    .option('--role <role>', 'a role that it holds; may be repeated', collect)
    .option('--admin', `the same as --role ${ADMIN}`)
    .action(async ({ username, email, role = [], admin }: UserAdd) => {
      const config = resolveServer(optionsFromEnv(env))
      const password = await readPassword({ stdin, stderr })
      const store = await openStore({ databaseUrl: config.databaseUrl })
      try {
        const passwords = createPasswords(createHashQueue({ maxConcurrent: 1, maxQueued: 1 }))
        const prepare = createPrepareAccount({ store, passwords })
        const user = await prepare({
          username,
          email,
          password,
          roles: admin === undefined ? role : [...role, ADMIN],
        })
        await addAccount(store, user)
        stdout.write(`Made user ${user.id}${user.roles.length > 0 ? ` (${user.roles.join(', ')})` : ''}.\n`)
      } finally {
        await store.close()
      }
    })
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}
