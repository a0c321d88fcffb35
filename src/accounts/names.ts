import { domainToASCII } from 'node:url'
import { AuthError } from '../base/errors.js'

/** What a person is called, as they write it (`shown`) and as it is compared (`key`). */
export interface Name {
  readonly shown: string
  readonly key: string
}

const USERNAME = /^[\p{L}\p{M}\p{N}._-]{3,64}$/u
// Only what tells an address from a slip: one @ with something on both sides, no blanks or control characters.
const EMAIL = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,190}$/u

/** Null when it is no username. Compatibility forms and upper and lower case are one name. */
export function readUsername(text: string): Name | null {
  const shown = text.trim().normalize('NFKC')
  return USERNAME.test(shown) ? { shown, key: shown.toLowerCase() } : null
}

/** Null when it is no e-mail address. */
export function readEmail(text: string): Name | null {
  const shown = text.trim().normalize('NFC')
  if (!EMAIL.test(shown)) return null
  const at = shown.lastIndexOf('@')
  const domain = domainToASCII(shown.slice(at + 1))
  if (domain === '') return null
  return { shown, key: `${shown.slice(0, at).toLowerCase()}@${domain}` }
}

export function requireUsername(text: string): Name {
  const name = readUsername(text)
  if (name === null) {
    throw new AuthError('BAD_USER_INPUT', {
      message: 'username: needs 3 to 64 letters, digits, dots, hyphens or underscores.',
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
