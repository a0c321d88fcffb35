import { isUtf8 } from 'node:buffer'

/** A JSON object without prototype, deeply frozen: nothing is inherited, and nobody can change it for the next reader. */
export type SealedObject = Readonly<Record<string, unknown>>

export type StrictJson =
  | { readonly kind: 'object'; readonly value: SealedObject }
  | { readonly kind: 'refused'; readonly reason: string }

/** Deeper than any claim in use, and far from what a recursive reader can bear. */
const MAX_DEPTH = 32

/**
 * Reads a JSON object that every reader reads alike: valid UTF-8, no member twice (RFC 7515 §4, RFC 7519 §4), no number
 * beyond what a double holds, no name with a backslash: Node 24 to 26 can read another name, if it was written with an
 * escape, as one that has it (https://github.com/nodejs/node/issues/63785). A member `__proto__` is left out.
 */
export function parseStrictObject(bytes: Buffer): StrictJson {
  if (!isUtf8(bytes)) return refuse('not UTF-8')
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('not a JSON object')
  const members = seal(value, 0)
  if (typeof members === 'string') return refuse(members)
  // The parser keeps the last of two members with one name: then the text has more of them than the value.
  if (members !== countMembers(text)) return refuse('a member twice')
  return { kind: 'object', value: value as SealedObject }
}

function refuse(reason: string): StrictJson {
  return { kind: 'refused', reason }
}

/** Freezes in place, and answers how many members there are in all; or why the value is refused. */
function seal(value: unknown, depth: number): number | string {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : 'a number too large'
  if (typeof value !== 'object' || value === null) return 0
  if (depth === MAX_DEPTH) return 'nested too deep'
  const inner = Object.entries(value)
  let members = Array.isArray(value) ? 0 : inner.length
  for (const [name, one] of inner) {
    if (name.includes('\\')) return 'a name with a backslash'
    const more = seal(one, depth + 1)
    if (typeof more === 'string') return more
    members += more
  }
  if (!Array.isArray(value)) removePrototype(value)
  Object.freeze(value)
  return members
}

function removePrototype(value: object): void {
  // In place: a copy into an object that has none from the start costs three times as much, and is slow to read.
  Object.setPrototypeOf(value, null)
  // Copied by assignment into an ordinary object, it would become that object's prototype.
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** The members of all objects in text that is known to be JSON: its colons outside of strings. */
function countMembers(text: string): number {
  let members = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === COLON) members++
    else if (char === QUOTE) at = findClosingQuote(text, at + 1)
  }
  return members
}

function findClosingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start)
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at
}

/** A quote after an odd number of backslashes is part of the string. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
