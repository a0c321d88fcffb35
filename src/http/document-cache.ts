import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

/** Of text, in all: what is parsed of it takes some 300 times as many bytes. */
const MAX_CHARACTERS = 200_000
/** For what a text of a few letters may take: ten errors of validation are 20 kB. */
const CHARACTERS_MORE = 100
const MAX_FAULTY_CHARACTERS = 20_000

/** What Yoga asks of a cache. */
export interface TextCache<T> {
  get(text: string): T | undefined
  set(text: string, value: T): void
}

/**
 * Documents and syntax errors by their text, so that the same text is the same document. Anybody can send texts, so
 * they are counted by their length: a number of documents alone is no bound of what they take.
 */
export function createDocumentCaches(): {
  documentCache: TextCache<DocumentNode>
  errorCache: TextCache<object>
} {
  return {
    documentCache: createTextCache<DocumentNode>(MAX_CHARACTERS),
    errorCache: createTextCache<object>(MAX_FAULTY_CHARACTERS),
  }
}

function createTextCache<T extends object>(maxSize: number): TextCache<T> {
  return new LRUCache<string, T>({
    maxSize,
    sizeCalculation: (_value, text) => text.length + CHARACTERS_MORE,
  })
}
