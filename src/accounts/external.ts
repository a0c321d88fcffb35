import type { Awaitable } from '../base/awaitable.js'
import { AuthError } from '../base/errors.js'
import { isSubject, isWellFormed } from '../base/text.js'
import type { Attempts } from '../limits/attempts.js'
import type { NewUser, Store, UserRecord } from '../store/contract.js'
import { StoreConflict } from '../store/failures.js'
import { type Authenticated, type Authenticator, isEnabled, nameToCount } from './authenticate.js'
import type { Credentials } from './credentials.js'
import { NAMELESS } from './names.js'

/**
 * The user that a host's own check found. The id, or `subjectOf` it, becomes `sub`; the roles go into the access token.
 */
export interface ExternalIdentity {
  readonly id?: string
  readonly roles?: readonly string[]
}

/** Returns the `sub` of a user as the host knows them. */
export type SubjectOf = (user: object) => string

/**
 * A host's own check in place of our accounts. Return null when the name or the password is wrong. The audit log counts
 * that by its source alone, because the host alone knows whose name it is.
 */
export type Authenticate = (credentials: Credentials) => Awaitable<HostUser | null>

/** What else it says of the user is for the hooks `claims` and `headers`. */
type HostUser = ExternalIdentity | Readonly<Record<string, unknown>>

export function createExternalAuthenticator(parts: {
  store: Pick<Store, 'findUser' | 'now'>
  authenticate: Authenticate
  subjectOf?: SubjectOf
  attempts: Pick<Attempts, 'prove'>
}): Authenticator {
  const { store, attempts, subjectOf } = parts

  async function check(credentials: Credentials): Promise<Authenticated> {
    // Unpaired surrogates become one text as soon as the host stores them.
    if (!isWellFormed(credentials.username ?? credentials.email ?? '')) {
      throw new AuthError('INVALID_CREDENTIALS')
    }
    const identity = await parts.authenticate(credentials)
    // A host without types may return undefined.
    if (identity == null) throw new AuthError('INVALID_CREDENTIALS')
    const id = requireSubject(subjectOf === undefined ? identity.id : subjectOf(identity))
    const roles = requireRoles(identity.roles ?? [])
    const known = await store.findUser(id)
    const user = known ?? bareUser(id, await store.now())
    if (!isEnabled(user)) throw new AuthError('INVALID_CREDENTIALS')
    return { user: { ...user, roles }, patch: { roles }, identity, isNew: known === null }
  }

  return {
    findNamedId: async () => null,

    authenticate: (credentials, ip) =>
      attempts.prove({ account: nameToCount(credentials), ip }, () => check(credentials)),
  }
}

/** Returns the row of an identity without an account here: an id and a version. The first login inserts it. */
export async function ensureUser(
  store: Pick<Store, 'findUser' | 'insertUser' | 'now'>,
  id: string,
): Promise<UserRecord> {
  const known = await store.findUser(id)
  if (known !== null) return known
  try {
    await store.insertUser(bareUser(id, await store.now()))
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error
  }
  const user = await store.findUser(id)
  if (user === null) throw new AuthError('UNAVAILABLE')
  return user
}

/** The row of an identity that has none yet. */
export function bareUser(id: string, createdAt: Date): NewUser {
  return { ...NAMELESS, id, version: 1, createdAt, disabledAt: null, deletedAt: null }
}

function requireRoles(roles: unknown): readonly string[] {
  if (Array.isArray(roles) && roles.every(isRole)) return roles
  throw new TypeError('authenticate: needs an identity whose `roles` is a list of texts')
}

function isRole(role: unknown): boolean {
  return typeof role === 'string' && !role.includes('\0') && isWellFormed(role)
}

function requireSubject(id: unknown): string {
  if (isSubject(id)) return id
  throw new TypeError(
    'authenticate: needs an identity whose `id`, or `subjectOf` it, is a text of 1 to 255 visible characters',
  )
}
