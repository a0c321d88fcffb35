import { createPasswords } from '../accounts/passwords.js'
import { readRoles } from '../accounts/roles.js'
import { createPrepareAccount, type SignUp } from '../accounts/sign-up.js'
import { optionsFromEnv } from '../base/options-from-env.js'
import { resolveServer } from '../base/resolve-options.js'
import { createHashQueue } from '../limits/hash-queue.js'
import { addAccount } from '../sessions/add-account.js'
import type { NewUser } from '../store/contract.js'
import type { Process } from './process.js'
import { readPassword } from './read-password.js'
import { type Opened, withStore } from './with-store.js'

/** Asks for the password, and creates the account. */
export async function addUser(
  at: Process,
  { roles = [], ...names }: Omit<SignUp, 'password'>,
): Promise<NewUser> {
  const held = readRoles(roles)
  // Checked before the operator types a password in vain.
  const { migrateOnStart } = resolveServer(optionsFromEnv(at.env))
  const password = await readPassword(at)
  const add = async ({ store }: Opened) => {
    const passwords = createPasswords(createHashQueue({ maxConcurrent: 1, maxQueued: 1 }))
    const prepare = createPrepareAccount({ store, passwords })
    const user = await prepare({ ...names, password, roles: held })
    await addAccount(store, user)
    return user
  }
  // The first account may be created before the server starts.
  return withStore(at, add, { migrations: migrateOnStart ? 'apply' : 'require' })
}
