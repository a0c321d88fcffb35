import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createDocumentCaches } from '../../src/http/document-cache.js'

describe('the cache of documents', () => {
  const document = parse('{ a }')

  test('keeps a text’s document, the empty text’s error too', () => {
    const { documentCache, errorCache } = createDocumentCaches()
    const error = new Error('empty')
    documentCache.set('{ a }', document)
    errorCache.set('', error)
    expect(documentCache.get('{ a }')).toBe(document)
    expect(errorCache.get('')).toBe(error)
  })

  test.each(['documentCache', 'errorCache'] as const)(
    '%s keeps less than 200,000 characters in all',
    (which) => {
      const cache = createDocumentCaches()[which]
      const texts = Array.from({ length: 500 }, (_, index) => `{ a${index} }`.padEnd(1_000))
      for (const text of texts) cache.set(text, document)
      const kept = texts.filter((text) => cache.get(text) !== undefined)
      expect(kept.length).toBeGreaterThan(0)
      expect(kept.length * 1_000).toBeLessThan(200_000)
      expect(kept).toContain(texts.at(-1))
    },
  )

  test('does not give up all the others for a text that is longer than all may be', () => {
    const { documentCache } = createDocumentCaches()
    documentCache.set('{ a }', document)
    const long = '{ a }'.padEnd(1_000_000)
    documentCache.set(long, document)
    expect(documentCache.get(long)).toBeUndefined()
    expect(documentCache.get('{ a }')).toBe(document)
  })
})
