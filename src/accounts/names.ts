import { domainToASCII } from 'node:url'
import { AuthError } from '../base/errors.js'
import { hasUnseen } from '../base/text.js'

/** A user's name as they write it (`shown`) and as it is compared (`key`). */
export interface Name {
  readonly shown: string
  readonly key: string
}

const USERNAME = /^[\p{L}\p{M}\p{N}._-]{3,64}$/u
/** Requires a letter or digit. UTS 39 §5.4 allows at most four marks in a row. */
const READABLE = /^(?!\p{M})(?!.*\p{M}{5})(?=.*[\p{L}\p{N}])/u
// Tells an address from a slip only: one @, no blanks or control characters before it, a host name after it.
const EMAIL = /^[^\s@]{1,64}@(?=.{1,190}$)[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)*$/u

/** Reads a username; null when it is invalid. Compatibility forms and upper and lower case are the same name. */
export function readUsername(text: string): Name | null {
  const shown = text.trim().normalize('NFKC')
  return USERNAME.test(shown) && isReadable(shown) ? { shown, key: fold(shown).normalize('NFKC') } : null
}

/** Reads an e-mail address; null when it is invalid. Full-width forms and upper and lower case are the same address. */
export function readEmail(text: string): Name | null {
  const shown = text.trim().normalize('NFC')
  if (!EMAIL.test(shown) || !isReadable(shown)) return null
  const at = shown.lastIndexOf('@')
  const domain = domainToASCII(shown.slice(at + 1))
  if (domain === '') return null
  const local = shown.slice(0, at)
  if (!READABLE.test(local)) return null
  return { shown, key: `${fold(local.normalize('NFKC')).normalize('NFKC')}@${domain}` }
}

function isReadable(shown: string): boolean {
  return READABLE.test(shown) && !hasUnseen(shown)
}

/** Folds case. In three steps, because `ß` is `SS` in upper case, and a sigma has two lower-case forms. */
function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase()
}

/** The fields of an account without name and password: no user can log in to it here. */
export const NAMELESS = {
  username: null,
  usernameKey: null,
  email: null,
  emailKey: null,
  passwordHash: null,
  roles: [],
} as const

const SEARCH = /^.{1,200}$/su

/**
 * Reads a search: the beginning of names, as they are compared.
 * @throws {AuthError} `BAD_USER_INPUT`.
 */
export function readNamePrefix(text: string): { usernamePrefix: string; emailPrefix: string } {
  const shown = text.trim()
  if (!SEARCH.test(shown) || hasUnseen(shown)) {
    throw new AuthError('BAD_USER_INPUT', {
      message: 'search: needs at most 200 characters, all of them visible.',
      details: { field: 'search' },
    })
  }
  return {
    usernamePrefix: fold(shown.normalize('NFKC')).normalize('NFKC'),
    emailPrefix: readEmail(shown)?.key ?? fold(shown.normalize('NFKC')).normalize('NFKC'),
  }
}

export function requireUsername(text: string): Name {
  const name = readUsername(text)
  if (name === null) {
    throw new AuthError('BAD_USER_INPUT', {
      message:
        'username: needs 3 to 64 letters, digits, dots, hyphens or underscores, and a letter or digit among them.',
      details: { field: 'username' },
    })
  }
  return name
}

export function requireEmail(text: string): Name {
  const name = readEmail(text)
  if (name === null) {
    throw new AuthError('BAD_USER_INPUT', {
      message: 'email: is not an e-mail address.',
      details: { field: 'email' },
    })
  }
  return name
}
