import { isEnabled } from '../accounts/authenticate.js'
import { requireEmail } from '../accounts/names.js'
import type { PrepareAccount } from '../accounts/sign-up.js'
import { AuthError, OptionError } from '../base/errors.js'
import type { Logger } from '../base/logger.js'
import type { FirstAdministrator } from '../base/options.js'
import type { Store } from '../store/contract.js'
import { ADMIN } from './actor.js'
import { addAccount } from './add-account.js'

/**
 * Creates the administrator of the options, unless the account exists. An existing administrator is left unchanged.
 * @throws {OptionError} when another account has the address, and for an invalid address or password.
 */
export async function ensureFirstAdministrator(
  parts: { store: Store; prepareAccount: PrepareAccount; logger: Logger },
  { email, password }: FirstAdministrator,
): Promise<void> {
  const { store, logger } = parts

  async function isThere(): Promise<boolean> {
    const user = await store.findUserByEmail(requireEmail(email).key)
    if (user === null) return false
    if (!user.roles.includes(ADMIN)) {
      throw new OptionError('adminEmail', 'somebody has this address who is no administrator')
    }
    if (!isEnabled(user)) logger.warn({ userId: user.id }, 'the administrator of the options is disabled')
    return true
  }

  try {
    if (await isThere()) return
    const account = await parts.prepareAccount({ email, password, roles: [ADMIN] })
    await addAccount(store, account)
    logger.info({ userId: account.id }, 'made the first administrator')
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    // Another instance that started at the same time created it.
    if (error.code === 'CONFLICT' && (await isThere())) return
    throw inOptions(error)
  }
}

/** Returns whether an enabled account has the role `admin`. */
export function hasAdministrator(store: Store): Promise<boolean> {
  return store.transaction((tx) => tx.isHeldByAnother(ADMIN, ''))
}

/** The operator knows options, not the fields of an account. */
function inOptions(error: AuthError): Error {
  const { field } = error.details
  if (field !== 'email' && field !== 'password') return error
  const option = field === 'email' ? 'adminEmail' : 'adminPassword'
  const problem = error.message.replace(/^\w+: /, '').replace(/\.$/, '')
  return new OptionError(option, problem, { cause: error })
}
