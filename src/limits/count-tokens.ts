import { BREAK, type DocumentNode, visit } from 'graphql'

/**
 * The tokens of a document. Without the parser's count, as in a document that a client sends as JSON, it is at least half of
 * its nodes, since a token makes two at most; it stops at the first beyond `max`.
 */
export function countTokens(document: DocumentNode, max: number): number {
  // The parser's own property is not enumerable: JSON cannot have it.
  const counted = Object.getOwnPropertyDescriptor(document, 'tokenCount')
  if (counted?.enumerable === false && typeof counted.value === 'number') return counted.value
  let nodes = 0
  visit(document, {
    enter() {
      nodes++
      return nodes > max * 2 ? BREAK : undefined
    },
  })
  return Math.ceil(nodes / 2)
}
