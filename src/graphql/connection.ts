import { AuthError } from '../base/errors.js'

const MAX_PAGE = 100
/** The end of the year 9999. Beyond it, databases write dates in their own forms. */
const LAST_MS = 253_402_300_799_999

export interface PageArguments {
  first: number | null
  after?: string | null
}

export interface Connection<T> {
  readonly edges: readonly { cursor: string; node: T }[]
  readonly nodes: readonly T[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/** A row's position in an order by time, then id. It stays valid when rows are added. */
export interface Position {
  readonly at: Date
  readonly id: string
}

/**
 * Reads the page size, 1 to 100.
 * @throws {AuthError} `BAD_USER_INPUT`.
 */
export function readFirst(first: number | null): number {
  const count = first ?? 50
  if (count >= 1 && count <= MAX_PAGE) return count
  throw new AuthError('BAD_USER_INPUT', {
    message: `first: needs 1 to ${MAX_PAGE}.`,
    details: { field: 'first' },
  })
}

/**
 * Reads a cursor.
 * @throws {AuthError} `BAD_USER_INPUT` for a text that is no cursor of ours.
 */
export function readCursor(after: string | null | undefined): Position | undefined {
  if (after == null) return undefined
  const [, time, id] = /^(\d{1,15}):([^\0]{1,255})$/.exec(decode(after)) ?? []
  if (id !== undefined && Number(time) <= LAST_MS) return { at: new Date(Number(time)), id }
  throw refuseCursor()
}

/** The same for a list in the order of names. */
export function readNameCursor(after: string | null | undefined): string | undefined {
  if (after == null) return undefined
  const [, name] = /^name:([^\0]{1,320})$/.exec(decode(after)) ?? []
  if (name !== undefined) return name
  throw refuseCursor()
}

function decode(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString()
}

function refuseCursor(): AuthError {
  return new AuthError('BAD_USER_INPUT', {
    message: 'after: is not a cursor of ours.',
    details: { field: 'after' },
  })
}

/** Makes a Relay connection from rows, of which one more than requested was read. */
export function toConnection<T>(
  rows: readonly T[],
  page: { first: number; isFirstPage: boolean },
  cursorOf: (row: T) => string,
): Connection<T> {
  const nodes = rows.slice(0, page.first)
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }))
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: !page.isFirstPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

export function writeCursor({ at, id }: Position): string {
  return Buffer.from(`${at.getTime()}:${id}`).toString('base64url')
}

export function writeNameCursor(name: string): string {
  return Buffer.from(`name:${name}`).toString('base64url')
}
