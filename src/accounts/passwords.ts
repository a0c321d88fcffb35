import { randomBytes } from 'node:crypto'
import argon2 from '@node-rs/argon2'
import { AuthError } from '../base/errors.js'
import { isWellFormed, requireWellFormed } from '../base/text.js'
import type { HashQueue } from '../limits/hash-queue.js'
import { isGuessable } from './password-strength.js'

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. Other hashes are renewed at login. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`

const MIN_BYTES = 8
const MAX_BYTES = 1_024

export interface Passwords {
  /**
   * @throws {AuthError} `BAD_USER_INPUT` for a password that is too short, too long, not well-formed, or easy to guess,
   * also from the account's own names.
   */
  requireAcceptable(
    password: string,
    about: { field: string; ownNames: readonly (string | null)[] },
  ): Promise<void>
  hash(password: string): Promise<string>
  /** Holds a place among the hashes for work that ends in one. Rejects with `RATE_LIMITED`, before it begins, when none is free. */
  admit: HashQueue['admit']
  /**
   * Whether the password matches the hash. A null hash (an unknown name) takes the same time, and never matches.
   * `isOutdated` tells that the hash should be renewed.
   */
  verify(hash: string | null, password: string): Promise<{ isCorrect: boolean; isOutdated: boolean }>
}

/** Hashes by Argon2id, a few at once. Throws `RATE_LIMITED` when the short queue is full. */
export function createPasswords(queue: HashQueue): Passwords {
  // The hash that unknown names are verified against. It has current parameters, so that it takes the same time.
  const decoy = argon2.hash(randomBytes(32), PARAMETERS)

  return {
    async requireAcceptable(password, { field, ownNames }) {
      requireWellFormed(field, password)
      const bytes = Buffer.byteLength(normalise(password))
      if (bytes < MIN_BYTES) throw refused(field, `needs at least ${MIN_BYTES} bytes`)
      if (bytes > MAX_BYTES) throw refused(field, `may have at most ${MAX_BYTES} bytes`)
      const names = ownNames.filter((name) => name !== null)
      if (await isGuessable(password, names)) throw refused(field, 'is easy to guess')
    },

    admit: queue.admit,

    hash: (password) => queue(() => argon2.hash(normalise(password), PARAMETERS)),

    async verify(hash, password) {
      const text = normalise(password)
      if (!isWellFormed(text) || Buffer.byteLength(text) > MAX_BYTES)
        return { isCorrect: false, isOutdated: false }
      const target = hash ?? (await decoy)
      const matches = await queue(() => argon2.verify(target, text))
      return { isCorrect: matches && hash !== null, isOutdated: !target.startsWith(CURRENT) }
    },
  }
}

/** A password typed on another keyboard becomes the same bytes. */
function normalise(password: string): string {
  return password.normalize('NFC')
}

function refused(field: string, problem: string): AuthError {
  return new AuthError('BAD_USER_INPUT', { message: `${field}: ${problem}.`, details: { field } })
}
