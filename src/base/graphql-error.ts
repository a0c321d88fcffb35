import { type ASTNode, GraphQLError, type Source, type SourceLocation } from 'graphql'
import { type AuthError, ERRORS, type ErrorMeaning } from './errors.js'

/** The HTTP parts of a response that consists of this error alone. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
}

/** The realm of every challenge (RFC 9110 §11.5), unless the server has another. */
export const REALM = 'sallyport'

/** Status, `WWW-Authenticate` (RFC 6750 §3, RFC 9470 §3) and `Retry-After` of an error. */
export function httpOf(error: AuthError): HttpAnswer {
  const meaning: ErrorMeaning = ERRORS[error.code]
  const headers: Record<string, string> = {}
  if (meaning.challenge !== undefined) headers['WWW-Authenticate'] = challengeOf(error, meaning.challenge)
  if (error.retryAfterSeconds !== undefined) {
    headers['Retry-After'] = String(Math.max(1, Math.ceil(error.retryAfterSeconds)))
  }
  return { status: meaning.status, headers }
}

function challengeOf(error: AuthError, challenge: string | null): string {
  const parts = [`realm="${REALM}"`]
  if (challenge !== null) parts.push(`error="${challenge}"`)
  // A number or nothing, so that no foreign text reaches a header.
  const { maxAge } = error.details
  if (typeof maxAge === 'number' && Number.isFinite(maxAge)) parts.push(`max_age="${maxAge}"`)
  return `Bearer ${parts.join(', ')}`
}

export interface GraphQLErrorOptions {
  /** The nodes of the document that the error is about. */
  nodes?: readonly ASTNode[]
  /** Where in the response the error is. An executor leaves an error that has one as it is. */
  path?: readonly (string | number)[]
  /**
   * Whether to add `extensions.http`, from which Yoga and Apollo take status and headers. Only when nothing was
   * executed: otherwise the error of one field would turn a response with data into a 4xx.
   */
  http?: boolean
}

/** Converts our errors to GraphQL's. `extensions` has `code`, `action` and the error's details. */
export function toGraphQLError(error: AuthError, options: GraphQLErrorOptions = {}): GraphQLError {
  const own = { code: error.code, action: ERRORS[error.code].action }
  const mapped = new GraphQLError(error.message, {
    path: options.path,
    extensions: {
      // Before the details, for the reader, and after them, so that no detail replaces it.
      ...own,
      ...error.details,
      ...own,
      ...(options.http === true ? { http: httpOf(error) } : {}),
    },
  })
  if (options.nodes !== undefined) locateAt(mapped, options.nodes)
  // Not as `originalError`: servers mask an error that has one. The cause is for the log, and is never printed.
  if (error.cause !== undefined) mapped.cause = error.cause
  return mapped
}

/** Above these an error keeps its locations only. Its nodes would have Yoga count them from the beginning of the text. */
const MAX_COUNTED_LINES = 500
const MAX_COUNTED_LENGTH = 20_000

/**
 * Sets an error's nodes with the locations that the parser counted. `GraphQLError` itself counts from the beginning of
 * the text for each node: with many errors a document of a megabyte took seconds. Yoga makes each error again from its
 * nodes, so that errors about a long document have no locations there.
 */
function locateAt(error: GraphQLError, nodes: readonly ASTNode[]): void {
  const locations: SourceLocation[] = nodes.flatMap(({ loc }) =>
    loc?.startToken === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }],
  )
  const [source] = nodes.flatMap(({ loc }) => loc?.source ?? [])
  const mayCount = source === undefined || mayBeCounted(source, locations)
  setPlaces(error, {
    nodes: mayCount ? nodes : undefined,
    source: mayCount ? source : undefined,
    positions: mayCount && source ? nodes.flatMap(({ loc }) => loc?.start ?? []) : undefined,
    locations: locations.length === 0 ? undefined : locations,
  })
}

function mayBeCounted({ body }: Source, locations: readonly SourceLocation[]): boolean {
  return body.length <= MAX_COUNTED_LENGTH && locations.every(({ line }) => line <= MAX_COUNTED_LINES)
}

type Places = Pick<GraphQLError, 'nodes' | 'source' | 'positions' | 'locations'>

/** Copies the path and the locations of another error. */
export function rebuildError(
  error: GraphQLError,
  { message, extensions }: Pick<GraphQLError, 'message' | 'extensions'>,
): GraphQLError {
  const { nodes, source, positions, locations, path } = error
  const rebuilt = new GraphQLError(message, { path, extensions })
  setPlaces(rebuilt, { nodes, source, positions, locations })
  return rebuilt
}

function setPlaces(error: GraphQLError, { locations, ...places }: Places): void {
  for (const [name, value] of Object.entries(places)) {
    Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true })
  }
  const enumerable = locations !== undefined
  Object.defineProperty(error, 'locations', {
    value: locations,
    enumerable,
    configurable: true,
    writable: true,
  })
}
