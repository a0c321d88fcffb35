import { AuthError } from '../base/errors.js'
import type { Store, UserPatch, UserRecord } from '../store/contract.js'
import type { Credentials } from './credentials.js'
import { readEmail, readUsername } from './names.js'
import type { Passwords } from './passwords.js'

/** Somebody whose password was right just now, as their row was when it was read. */
export interface Authenticated {
  readonly user: UserRecord
  /** To be stored with the login: a hash with today's parameters, or the roles that a host gave. */
  readonly patch: UserPatch | null
}

/** How a password is proved. Another can take its place: a host's own (`authenticate` in the options). */
export interface Authenticator {
  /** Throws `INVALID_CREDENTIALS`, alike in answer and time for an unknown name and a wrong password. */
  authenticate(credentials: Credentials): Promise<Authenticated>
  /** Whom the name means, whatever the password; for the audit alone. Null: nobody, or who cannot be told. */
  findNamedId(credentials: Credentials): Promise<string | null>
}

/** The password of somebody who is known already. */
export type ProvePassword = (user: UserRecord, password: string) => Promise<Authenticated>

export function createAuthenticator(parts: {
  store: Pick<Store, 'findUserByUsername' | 'findUserByEmail'>
  provePassword: ProvePassword
  passwords: Passwords
}): Authenticator {
  const { store, passwords } = parts

  async function findNamed({ username, email }: Credentials): Promise<UserRecord | null> {
    const name = username === null ? readEmail(email ?? '') : readUsername(username)
    if (name === null) return null
    return username === null ? store.findUserByEmail(name.key) : store.findUserByUsername(name.key)
  }

  return {
    findNamedId: async (credentials) => (await findNamed(credentials))?.id ?? null,

    async authenticate(credentials) {
      const user = await findNamed(credentials)
      if (user !== null) return parts.provePassword(user, credentials.password)
      await passwords.verify(null, credentials.password)
      throw new AuthError('INVALID_CREDENTIALS')
    },
  }
}

export function createProvePassword(passwords: Passwords): ProvePassword {
  return async (user, password) => {
    const { isCorrect, isOutdated } = await passwords.verify(user.passwordHash, password)
    if (!isCorrect || !isEnabled(user)) throw new AuthError('INVALID_CREDENTIALS')
    return { user, patch: isOutdated ? { passwordHash: await passwords.hash(password) } : null }
  }
}

export function isEnabled(user: UserRecord): boolean {
  return user.disabledAt === null && user.deletedAt === null
}
