import { createHash } from 'node:crypto'
import { type DocumentNode, getOperationAST, Kind, visit } from 'graphql'
import type { GraphQLParameters } from './request-body.js'

/** What the log calls an operation. Empty: its text was never a document. */
export interface OperationMark {
  /** Its name, where it has one. */
  readonly operation?: string | undefined
  /** The same for every text that differs only in the values written into it. */
  readonly hash?: string
}

export type DescribeOperation = (parameters: GraphQLParameters) => OperationMark

const LONGEST_NAME = 100
const HASH_DIGITS = 16

/** Looks up what was parsed, so that nothing is parsed for the log. */
export function createDescribeOperation(documents: {
  get(text: string): DocumentNode | undefined
}): DescribeOperation {
  const hashes = new WeakMap<DocumentNode, string>()

  function hashOf(document: DocumentNode, text: string): string {
    const known = hashes.get(document)
    if (known !== undefined) return known
    const hash = createHash('sha256').update(withoutLiterals(document, text)).digest('hex')
    hashes.set(document, hash.slice(0, HASH_DIGITS))
    return hash.slice(0, HASH_DIGITS)
  }

  return ({ query, operationName }) => {
    const document = documents.get(query)
    if (document === undefined) return {}
    const name = getOperationAST(document, operationName)?.name?.value
    return { operation: name?.slice(0, LONGEST_NAME), hash: hashOf(document, query) }
  }
}

/** From the hash of a text with a password in it the password could be guessed, by whoever has the log. */
function withoutLiterals(document: DocumentNode, text: string): string {
  const kept: string[] = []
  let at = 0
  visit(document, {
    enter({ kind, loc }) {
      if (!LITERALS.has(kind) || loc === undefined) return
      kept.push(text.slice(at, loc.start))
      at = loc.end
    },
  })
  return [...kept, text.slice(at)].join('""')
}

const LITERALS: ReadonlySet<string> = new Set([Kind.STRING, Kind.INT, Kind.FLOAT, Kind.ENUM])
