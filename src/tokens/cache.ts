import { LRUCache } from 'lru-cache'
import type { SealedObject } from './strict-json.js'
import type { TokenFacts } from './token-facts.js'

/** A token whose signature was good, and what it says. */
export interface VerifiedToken extends TokenFacts {
  readonly header: SealedObject
}

interface Entry {
  readonly keysVersion: number
  readonly token: VerifiedToken
}

export interface TokenCache {
  find(raw: string, keysVersion: number): VerifiedToken | null
  store(raw: string, keysVersion: number, token: VerifiedToken): void
}

// Measured in V8, a little on the safe side: 10,000 usual tokens of 495 characters took 1,950 bytes each.
const ENTRY_BYTES = 300
const OBJECT_BYTES = 100
const MEMBER_BYTES = 60
const VALUE_BYTES = 24

/**
 * Tokens whose signature need not be verified again. Bounded in bytes, least recently used out first. Only good
 * signatures come in, so that nobody without a key can push others out.
 */
export function createTokenCache(maxBytes: number): TokenCache {
  if (maxBytes === 0) return { find: () => null, store() {} }
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ token }, raw) =>
      ENTRY_BYTES + raw.length + estimateBytes(token.claims) + estimateBytes(token.header),
  })
  return {
    find(raw, keysVersion) {
      const entry = entries.get(raw)
      // What an older set of keys vouched for is verified anew, and then replaced.
      return entry === undefined || entry.keysVersion !== keysVersion ? null : entry.token
    },
    store(raw, keysVersion, token) {
      entries.set(raw, { keysVersion, token })
    },
  }
}

function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length
  if (typeof value !== 'object' || value === null) return VALUE_BYTES
  let bytes = OBJECT_BYTES
  for (const [name, member] of Object.entries(value)) {
    bytes += MEMBER_BYTES + name.length + estimateBytes(member)
  }
  return bytes
}
