import { randomUUID } from 'node:crypto'
import { AuthError } from '../base/errors.js'
import { isSubject } from '../base/text.js'
import type { NewUser, Statements, Store } from '../store/contract.js'
import { StoreConflict } from '../store/failures.js'
import { requireEmail, requireUsername } from './names.js'
import type { Passwords } from './passwords.js'

export interface SignUp {
  /** The id that the account had elsewhere, and that tokens from there name. @default a new UUID */
  readonly id?: string
  readonly username?: string | null
  readonly email?: string | null
  readonly password: string
  readonly roles?: readonly string[]
}

/**
 * Makes an account to insert.
 * @throws {AuthError} `BAD_USER_INPUT`, naming the field.
 */
export type PrepareAccount = (input: SignUp) => Promise<NewUser>

export function createPrepareAccount(parts: {
  store: Pick<Store, 'now'>
  passwords: Passwords
}): PrepareAccount {
  const { store, passwords } = parts
  return async (input) => {
    const id = input.id === undefined ? randomUUID() : requireId(input.id)
    const username = input.username == null ? null : requireUsername(input.username)
    const email = input.email == null ? null : requireEmail(input.email)
    if (username === null && email === null) {
      throw new AuthError('BAD_USER_INPUT', { message: 'Give a username, an email, or both.' })
    }
    await passwords.requireAcceptable(input.password, {
      field: 'password',
      ownNames: [username?.shown ?? null, email?.shown ?? null],
    })
    return {
      id,
      username: username?.shown ?? null,
      usernameKey: username?.key ?? null,
      email: email?.shown ?? null,
      emailKey: email?.key ?? null,
      passwordHash: await passwords.hash(input.password),
      roles: [...new Set(input.roles ?? [])],
      version: 1,
      createdAt: await store.now(),
      disabledAt: null,
      deletedAt: null,
    }
  }
}

function requireId(id: string): string {
  if (isSubject(id)) return id
  throw new AuthError('BAD_USER_INPUT', {
    message: `id: ${id === '' ? 'is empty' : 'needs at most 255 characters, all of them visible'}.`,
    details: { field: 'id' },
  })
}

/**
 * Inserts an account.
 * @throws {AuthError} `CONFLICT`, naming the field, when a name is taken.
 */
export async function insertAccount(into: Pick<Statements, 'insertUser'>, user: NewUser): Promise<void> {
  try {
    await into.insertUser(user)
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error
    throw new AuthError('CONFLICT', {
      message: `${error.field}: is taken.`,
      details: { field: error.field },
      cause: error,
    })
  }
}
