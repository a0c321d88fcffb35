import { AuthError } from '../base/errors.js'
import { hasUnseen, requireWellFormed } from '../base/text.js'

/** What a user types to log in: either `username` or `email`, and a password. */
export interface Credentials {
  readonly username: string | null
  readonly email: string | null
  readonly password: string
  readonly device: string | null
}

export interface CredentialsInput {
  username?: string | null
  email?: string | null
  password: string
  device?: string | null
}

const DEVICE = /^.{1,200}$/su

/**
 * Reads credentials. A text that is no valid name is looked up like any other.
 * @throws {AuthError} `BAD_USER_INPUT`, unless there is exactly one name, a well-formed password, and a visible label.
 */
export function readCredentials(input: CredentialsInput): Credentials {
  const username = input.username ?? null
  const email = input.email ?? null
  if ((username === null) === (email === null)) {
    throw new AuthError('BAD_USER_INPUT', { message: 'Give exactly one of username and email.' })
  }
  requireWellFormed('password', input.password)
  return { username, email, password: input.password, device: readDevice(input.device) }
}

export function readDevice(device: string | null | undefined): string | null {
  const label = device?.trim() ?? ''
  if (label === '') return null
  if (!DEVICE.test(label) || hasUnseen(label)) {
    throw new AuthError('BAD_USER_INPUT', {
      message: 'device: needs at most 200 characters, all of them visible.',
      details: { field: 'device' },
    })
  }
  return label
}
