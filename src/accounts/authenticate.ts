import { AuthError } from '../base/errors.js'
import type { Attempts } from '../limits/attempts.js'
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
  /**
   * Throws `INVALID_CREDENTIALS`, alike in answer and time for an unknown name and a wrong password; `RATE_LIMITED` after
   * too many of them.
   */
  authenticate(credentials: Credentials, ip: string | null): Promise<Authenticated>
  /** Whom the name means, whatever the password; for the audit alone. Null: nobody, or who cannot be told. */
  findNamedId(credentials: Credentials): Promise<string | null>
}

/** Where a password comes from: an address, and the session that proves it again. */
export interface ProofOrigin {
  readonly ip: string | null
  readonly sessionId?: string | null
  /** The name that was given with it, as `nameToCount` has it. */
  readonly name?: string
}

/** The password of somebody who is known already. Throws as `authenticate` does. */
export type ProvePassword = (user: UserRecord, password: string, from: ProofOrigin) => Promise<Authenticated>

export function createAuthenticator(parts: {
  store: Pick<Store, 'findUserByUsername' | 'findUserByEmail'>
  provePassword: ProvePassword
  passwords: Passwords
  attempts: Pick<Attempts, 'prove'>
}): Authenticator {
  const { store, passwords, attempts } = parts

  async function findNamed({ username, email }: Credentials): Promise<UserRecord | null> {
    const name = username === null ? readEmail(email ?? '') : readUsername(username)
    if (name === null) return null
    return username === null ? store.findUserByEmail(name.key) : store.findUserByUsername(name.key)
  }

  return {
    findNamedId: async (credentials) => (await findNamed(credentials))?.id ?? null,

    async authenticate(credentials, ip) {
      passwords.requireRoom()
      const user = await findNamed(credentials)
      const name = nameToCount(credentials)
      if (user !== null) return parts.provePassword(user, credentials.password, { ip, name })
      return attempts.prove({ account: name, ip }, async () => {
        await passwords.verify(null, credentials.password)
        throw new AuthError('INVALID_CREDENTIALS')
      })
    },
  }
}

export function createProvePassword(parts: {
  passwords: Passwords
  attempts: Pick<Attempts, 'prove'>
}): ProvePassword {
  const { passwords, attempts } = parts
  return (user, password, from) =>
    attempts.prove({ ...from, account: accountToCount(user.id) }, async () => {
      const { isCorrect, isOutdated } = await passwords.verify(user.passwordHash, password)
      if (!isCorrect || !isEnabled(user)) throw new AuthError('INVALID_CREDENTIALS')
      return { user, patch: isOutdated ? { passwordHash: await passwords.hash(password) } : null }
    })
}

/** What the sources of an account are known by, and the attempts of its sessions counted by. */
export function accountToCount(userId: string): string {
  return `user ${userId}`
}

/** What attempts under a name are counted by, alike for a name with an account and one without. */
export function nameToCount({ username, email }: Credentials): string {
  const text = username ?? email ?? ''
  const name = username === null ? readEmail(text) : readUsername(text)
  return `${username === null ? 'email' : 'username'} ${name?.key ?? text}`
}

export function isEnabled(user: UserRecord): boolean {
  return user.disabledAt === null && user.deletedAt === null
}
