import { LRUCache } from 'lru-cache'
import type { SealedObject } from './strict-json.js'
import type { TokenFacts } from './token-facts.js'

/** A token with a verified signature, and its contents. */
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

// Measured in V8 and rounded up: 10,000 typical tokens of 495 characters took 1,950 bytes each.
const ENTRY_BYTES = 300
const OBJECT_BYTES = 100
const MEMBER_BYTES = 60
const VALUE_BYTES = 24

/**
 * Caches tokens with a verified signature. Bounded in bytes; the least recently used go first. Only verified tokens are
 * stored, so that an attacker without a key cannot evict others.
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
      // A token verified by an older set of keys is verified again, and then replaced.
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
