import { AuthError } from '../base/errors.js'
import type { Attempts } from '../limits/attempts.js'
import type { Store, UserPatch, UserRecord } from '../store/contract.js'
import type { Credentials } from './credentials.js'
import { readEmail, readUsername } from './names.js'
import type { Passwords } from './passwords.js'

/** A user whose password was correct just now, as their row was when it was read. */
export interface Authenticated {
  readonly user: UserRecord
  /** Stored with the login: a hash with current parameters, or the roles that the host gave. */
  readonly patch: UserPatch | null
  /** What the host's `authenticate` returned. */
  readonly identity?: object
  /** An identity of the host's that has no row yet: the login inserts it. */
  readonly isNew?: boolean
}

/** Checks a password. The host's own `authenticate` can take its place. */
export interface Authenticator {
  /**
   * @throws {AuthError} `INVALID_CREDENTIALS`, equal in response and time for an unknown name and a wrong password;
   * `RATE_LIMITED` after too many attempts.
   */
  authenticate(credentials: Credentials, ip: string | null): Promise<Authenticated>
  /** The account that a name belongs to, whatever the password, for the audit alone. Null when unknown. */
  findNamedId(credentials: Credentials): Promise<string | null>
}

/** Where a password comes from: an IP address, and the session that confirms it. */
export interface ProofOrigin {
  readonly ip: string | null
  readonly sessionId?: string | null
  /** The name that was given with it, as `nameToCount` returns it. */
  readonly name?: string
}

/** Checks the password of a known user. Throws as `authenticate` does. */
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

    authenticate: (credentials, ip) =>
      passwords.admit(async () => {
        const user = await findNamed(credentials)
        const name = nameToCount(credentials)
        if (user !== null) return parts.provePassword(user, credentials.password, { ip, name })
        return attempts.prove({ account: name, ip }, async () => {
          await passwords.verify(null, credentials.password)
          throw new AuthError('INVALID_CREDENTIALS')
        })
      }),
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

/** The key of an account's known sources, and of its sessions' attempts. */
export function accountToCount(userId: string): string {
  return `user ${userId}`
}

/** The key that counts attempts under a name, alike for a name with an account and one without. */
export function nameToCount({ username, email }: Credentials): string {
  const text = username ?? email ?? ''
  const name = username === null ? readEmail(text) : readUsername(text)
  return `${username === null ? 'email' : 'username'} ${name?.key ?? text}`
}

export function isEnabled(user: UserRecord): boolean {
  return user.disabledAt === null && user.deletedAt === null
}
