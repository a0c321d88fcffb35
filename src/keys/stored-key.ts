import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { Algorithm } from '../base/key-options.js'
import { findMisfit, findWeakness, isAlgorithm, isPair } from './algorithms.js'

/** A key of the keys folder. */
export interface StoredKey {
  /** The name of its file, without the folder. */
  readonly file: string
  readonly kid: string
  readonly algorithm: Algorithm
  /** Null for a public key, which only verifies. */
  readonly signing: KeyObject | null
  readonly verifying: KeyObject
  /** When it may start to sign; milliseconds since 1970. */
  readonly activeFrom: number
  /** When it stops verifying; milliseconds since 1970. Null when the file does not say. */
  readonly retiredAt: number | null
  /**
   * When the key before it stops verifying. It is written here because that key's own file never changes. Null if
   * absent.
   */
  readonly formerRetiredAt: number | null
}

type Members = Readonly<Record<string, unknown>>

const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  oct: ['k'],
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
}
const OWN_MEMBERS = ['kid', 'alg', 'use', 'kty', 'activeFrom', 'retiredAt', 'formerRetiredAt']
const RSA_PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi']
const KID = /^[\x21-\x7e]{1,200}$/
// RFC 3339, in UTC.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/

/**
 * Reads a file of the keys folder: a JWK (RFC 7517 §4) with times. Returns a message, without any value, when it is
 * invalid.
 */
export function parseStoredKey(file: string, text: string): StoredKey | string {
  const jwk = parseObject(text)
  if (jwk === null) return 'is not a JSON object'
  const problem = findMemberProblem(jwk)
  if (problem !== null) return problem
  const { kid, alg, activeFrom, retiredAt, formerRetiredAt } = jwk
  if (typeof kid !== 'string' || !KID.test(kid)) return 'needs a kid: a text in ASCII without blanks'
  if (!isAlgorithm(alg)) return 'needs an alg that we know'
  const times = [activeFrom, retiredAt ?? null, formerRetiredAt ?? null].map(readTime)
  const [from, retired, former] = times
  if (from === undefined || from === null) return 'needs activeFrom: a time such as 2026-01-31T12:00:00Z'
  if (retired === undefined) return 'retiredAt is not a time such as 2026-01-31T12:00:00Z'
  if (former === undefined) return 'formerRetiredAt is not a time such as 2026-01-31T12:00:00Z'
  const material = readMaterial(jwk)
  if (material === null) return 'is not a key that can be read'
  const fault = findFault(material, alg)
  if (fault !== null) return fault
  return Object.freeze({
    file,
    kid,
    algorithm: alg,
    ...material,
    activeFrom: from,
    retiredAt: retired,
    formerRetiredAt: former,
  })
}

/** Writes the text that `parseStoredKey` reads. */
export function writeStoredKey(key: Omit<StoredKey, 'file' | 'verifying'>, material: KeyObject): string {
  const { kid, algorithm: alg, activeFrom, retiredAt, formerRetiredAt } = key
  const members = {
    kid,
    alg,
    use: 'sig',
    activeFrom: writeTime(activeFrom),
    retiredAt: writeTime(retiredAt),
    formerRetiredAt: writeTime(formerRetiredAt),
    ...material.export({ format: 'jwk' }),
  }
  return `${JSON.stringify(members, null, 2)}\n`
}

function parseObject(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null
  } catch {
    // No cause: the parser's message quotes the text, which is a key.
    return null
  }
}

function findMemberProblem(jwk: Members): string | null {
  const { kty, use } = jwk
  const own = typeof kty === 'string' && Object.hasOwn(PUBLIC_MEMBERS, kty) ? PUBLIC_MEMBERS[kty] : undefined
  if (own === undefined) return 'needs a kty: oct, RSA or EC'
  if (use !== undefined && use !== 'sig') return 'is not for signatures: its use must be sig'
  const secret = kty === 'RSA' ? RSA_PRIVATE_MEMBERS : kty === 'EC' ? ['d'] : []
  const known = new Set([...OWN_MEMBERS, ...own, ...secret])
  // A misspelt member must be an error: a misspelt `retiredAt` would leave a key in force.
  const unknown = Object.keys(jwk).find((name) => !known.has(name))
  return unknown === undefined
    ? null
    : `has the member ${JSON.stringify(unknown.slice(0, 40))}, which we do not know`
}

/** Undefined when it is no time. */
function readTime(value: unknown): number | null | undefined {
  if (value === null) return null
  if (typeof value !== 'string' || !TIME.test(value)) return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : time
}

function writeTime(time: number | null): string | undefined {
  return time === null ? undefined : new Date(time).toISOString()
}

function readMaterial(jwk: Members): Pick<StoredKey, 'signing' | 'verifying'> | null {
  if (jwk.kty === 'oct') {
    const secret = readOctets(jwk.k)
    return secret && { signing: secret, verifying: secret }
  }
  const members = PUBLIC_MEMBERS[String(jwk.kty)] ?? []
  const pick = (names: readonly string[]) =>
    ({ kty: jwk.kty, ...Object.fromEntries(names.map((name) => [name, jwk[name]])) }) as JsonWebKey
  try {
    const verifying = createPublicKey({ key: pick(members), format: 'jwk' })
    if (jwk.d === undefined) return { signing: null, verifying }
    const secret = jwk.kty === 'RSA' ? RSA_PRIVATE_MEMBERS : ['d']
    return { signing: createPrivateKey({ key: pick([...members, ...secret]), format: 'jwk' }), verifying }
  } catch {
    // No cause: OpenSSL's errors don't help, and logging them could print the key.
    return null
  }
}

function readOctets(k: unknown): KeyObject | null {
  if (typeof k !== 'string') return null
  const bytes = Buffer.from(k, 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === k ? createSecretKey(bytes) : null
}

function findFault({ signing, verifying }: Pick<StoredKey, 'signing' | 'verifying'>, alg: Algorithm) {
  if (verifying.type === 'secret') return findMisfit(verifying, alg)
  const problem = findWeakness(verifying) ?? findMisfit(verifying, alg)
  if (problem !== null || signing === null || isPair(signing, verifying)) return problem
  return 'is damaged: what it signs does not verify'
}
