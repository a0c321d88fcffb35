import { existsSync } from 'node:fs'
import { readEmail, readUsername } from '../accounts/names.js'
import { systemClock } from '../base/clock.js'
import { AuthError, OptionError } from '../base/errors.js'
import { silentLogger } from '../base/logger.js'
import type { EnvironmentOptions } from '../base/options-from-env.js'
import { resolveServer, resolveTokens, resolveVerify } from '../base/resolve-options.js'
import type { Keyring } from '../keys/keyring.js'
import { openKeyring } from '../keys/open-keyring.js'
import { type Commit, createCommit } from '../revocation/commit.js'
import { createUserAdministration, type UserAdministration } from '../sessions/administer-users.js'
import type { Operator } from '../sessions/issued.js'
import type { Store, UserRecord } from '../store/contract.js'
import type { Opened } from './with-store.js'

/** The operator has the database, and may do whatever an administrator may. */
export const OPERATOR: Operator = { kind: 'operator' }

const KEY_OPTIONS = ['secret', 'privateKey', 'publicKey', 'keysDir', 'jwksUrl'] as const

/** Appends revocations to the database alone. Every running server reads them within a second. */
export function commitFor(store: Store): Commit {
  return createCommit({ store, feed: { apply() {} } })
}

export function administrationOf({ store, options }: Opened): UserAdministration {
  return createUserAdministration({ store, commit: commitFor(store), lives: resolveTokens(options) })
}

/**
 * Opens the server's keys while `work` runs. Never creates a secret: in the wrong folder it would differ from the
 * server's.
 */
export async function withKeyring<T>(
  options: EnvironmentOptions,
  work: (keyring: Keyring) => Promise<T>,
): Promise<T> {
  const server = resolveServer(options)
  if (
    !KEY_OPTIONS.some((name) => options[name] !== undefined) &&
    !existsSync(`${server.dataDir}/secret.key`)
  ) {
    throw new OptionError('secret', `is missing, and ${server.dataDir}/ has no secret of a server's`)
  }
  const parts = { server, verifyConfig: resolveVerify(options), clock: systemClock, logger: silentLogger }
  const keys = await openKeyring(options, parts)
  try {
    return await work(keys.keyring)
  } finally {
    await keys.stop()
  }
}

/**
 * Finds a user by id, email address or username.
 * @throws {AuthError} `NOT_FOUND`.
 */
export async function requireUser(store: Store, who: string): Promise<UserRecord> {
  const email = readEmail(who)
  const username = readUsername(who)
  const user =
    (await store.findUser(who)) ??
    (email && (await store.findUserByEmail(email.key))) ??
    (username && (await store.findUserByUsername(username.key)))
  if (user != null) return user
  throw new AuthError('NOT_FOUND', { message: 'Nobody has this id, e-mail address or user name.' })
}
