import { domainToASCII } from 'node:url'
import { AuthError } from '../base/errors.js'
import { hasUnseen } from '../base/text.js'

/** What a person is called, as they write it (`shown`) and as it is compared (`key`). */
export interface Name {
  readonly shown: string
  readonly key: string
}

const USERNAME = /^[\p{L}\p{M}\p{N}._-]{3,64}$/u
/** A letter or digit is needed, and UTS 39 §5.4 takes no more than four marks in a row. */
const READABLE = /^(?!\p{M})(?!.*\p{M}{5})(?=.*[\p{L}\p{N}])/u
// Only what tells an address from a slip: one @, before it no blanks or control characters, after it a host name.
const EMAIL = /^[^\s@]{1,64}@(?=.{1,190}$)[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)*$/u

/** Null when it is no username. Compatibility forms and upper and lower case are one name. */
export function readUsername(text: string): Name | null {
  const shown = text.trim().normalize('NFKC')
  return USERNAME.test(shown) && isReadable(shown) ? { shown, key: fold(shown).normalize('NFKC') } : null
}

/** Null when it is no e-mail address. Compatibility forms (full width) and upper and lower case are one address. */
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

/** Without the difference of upper and lower case. There and back: `ß` is `SS`, and a sigma has three forms. */
function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase()
}

/** Of an account that nobody can log in to by a name and a password. */
export const NAMELESS = {
  username: null,
  usernameKey: null,
  email: null,
  emailKey: null,
  passwordHash: null,
  roles: [],
} as const

const SEARCH = /^.{1,200}$/su

/** How the names that begin with a text begin, as they are compared. Throws `BAD_USER_INPUT`. */
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
