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

// Measured: the claims of a usual token take about six times the bytes of its text, the entry itself about 1 KB.
const BYTES_PER_CHARACTER = 7
const BYTES_PER_ENTRY = 1024

/**
 * Tokens whose signature need not be verified again. Bounded in bytes, least recently used out first. Only good
 * signatures come in, so that nobody without a key can push others out.
 */
export function createTokenCache(maxBytes: number): TokenCache {
  if (maxBytes === 0) return { find: () => null, store() {} }
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: (_entry, raw) => BYTES_PER_ENTRY + raw.length * BYTES_PER_CHARACTER,
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
