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
 * beyond what a double holds. A member `__proto__` is left out.
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
  const problem = findStructureProblem(text)
  if (problem !== null) return refuse(problem)
  try {
    return { kind: 'object', value: seal(value) as SealedObject }
  } catch {
    return refuse('a number too large')
  }
}

function refuse(reason: string): StrictJson {
  return { kind: 'refused', reason }
}

function seal(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('infinite')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(seal))
  const sealed: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    // Copied by assignment into an ordinary object, it would become that object's prototype.
    if (name !== '__proto__') sealed[name] = seal(member)
  }
  return Object.freeze(sealed)
}

/** One pass over text that is known to be JSON: how deep, and whether an object names a member twice. */
function findStructureProblem(text: string): string | null {
  // A set of names for an object, null for an array.
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '{' || char === '[') {
      if (open.length === MAX_DEPTH) return 'nested too deep'
      open.push(char === '{' ? new Set() : null)
    } else if (char === '}' || char === ']') {
      open.pop()
    } else if (char === '"') {
      const end = findStringEnd(text, at)
      const names = open.at(-1)
      if (names && isMemberName(text, end)) {
        const name: string = JSON.parse(text.slice(at, end))
        if (names.has(name)) return 'a member twice'
        names.add(name)
      }
      at = end - 1
    }
  }
  return null
}

/** The place after the closing quote. */
function findStringEnd(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** A colon follows a name only; a value is followed by a comma or a bracket. */
function isMemberName(text: string, end: number): boolean {
  let at = end
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++
  return text[at] === ':'
}
