import { BREAK, type DocumentNode, visit } from 'graphql'

/**
 * Counts the tokens of a document. A document that came as JSON lacks the parser's count. It has at least half as many
 * tokens as nodes, because a token makes two nodes at most. Counting stops beyond `max`.
 */
export function countTokens(document: DocumentNode, max: number): number {
  // The parser's property is not enumerable, so JSON can't have it.
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
