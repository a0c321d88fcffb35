import { isUtf8 } from 'node:buffer'

/** A JSON object without prototype, deeply frozen: it inherits nothing, and no reader can change it for the next. */
export type SealedObject = Readonly<Record<string, unknown>>

export type StrictJson =
  | { readonly kind: 'object'; readonly value: SealedObject }
  | { readonly kind: 'refused'; readonly reason: string }

/** Deeper than any claim in use, and safe for a recursive reader. */
export const MAX_DEPTH = 32

/**
 * Parses a JSON object that all parsers read alike: valid UTF-8, no duplicate member (RFC 7515 §4, RFC 7519 §4), no
 * number beyond a double, no member name with a backslash (Node 24 to 26 can confuse an escaped name with another, see
 * https://github.com/nodejs/node/issues/63785). A member `__proto__` is dropped.
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
  // The parser keeps the last of two equal members, so the text then has more members than the value.
  if (members !== countMembers(text)) return refuse('a member twice')
  return { kind: 'object', value: value as SealedObject }
}

function refuse(reason: string): StrictJson {
  return { kind: 'refused', reason }
}

/** Freezes in place. Returns the number of members in all objects, or the reason for refusing the value. */
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
  // In place: copying into an object without prototype costs three times as much, and the copy is slow to read.
  Object.setPrototypeOf(value, null)
  // Assigned to an ordinary object, `__proto__` would become its prototype.
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** Counts the members of all objects in valid JSON: its colons outside of strings. */
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
