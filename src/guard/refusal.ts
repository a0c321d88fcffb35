import { type GraphQLError, type GraphQLResolveInfo, responsePathAsArray } from 'graphql'
import { AuthError } from '../base/errors.js'
import { type GraphQLErrorOptions, type HttpAnswer, httpOf, toGraphQLError } from '../base/graphql-error.js'
import type { Denial, Refusal } from './decide.js'

/**
 * What refused a whole operation from within, so that an adapter can answer it as such. By the error's `extensions`:
 * that object stays the same while executors locate the error and servers format it.
 */
const OPERATIONS = new WeakMap<object, Refusal>()

/** Status and headers of an answer that is nothing but this refusal. */
export function refusalHttp(refusal: Refusal): HttpAnswer {
  return httpOf(authErrorOf(refusal))
}

/** The coordinates that a refusal names: a document can have thousands, and each is an error of its own. */
const MAX_NAMED = 10

/** What an adapter responds with where nothing ran: an error for each of the first coordinates, all with the same code. */
export function refusalErrors(refusal: Refusal, { http }: { http: boolean }): GraphQLError[] {
  if (refusal.mentions.length === 0) return [toGraphQLError(authErrorOf(refusal), { http })]
  return refusal.mentions
    .slice(0, MAX_NAMED)
    .map(({ coordinate, node }) => toGraphQLError(authErrorOf(refusal, coordinate), { nodes: [node], http }))
}

/** What a resolver throws. Without status: other fields of the answer may have data. */
export function refusalError(
  refusal: Refusal,
  scope: 'operation' | 'field',
  info?: GraphQLResolveInfo,
): GraphQLError {
  const error = toGraphQLError(authErrorOf(refusal, refusal.mentions[0]?.coordinate), placeOf(info))
  if (scope === 'operation') OPERATIONS.set(error.extensions, refusal)
  return error
}

/** What one field is denied for; where, its path says. */
export function fieldError(denial: Denial, info: GraphQLResolveInfo): GraphQLError {
  return toGraphQLError(authErrorOf(denial), placeOf(info))
}

/** With these an executor does not locate the error itself, which searches the text from its beginning for each field. */
function placeOf(info: GraphQLResolveInfo | undefined): GraphQLErrorOptions {
  if (info === undefined) return {}
  return { nodes: info.fieldNodes, path: responsePathAsArray(info.path) }
}

/** The refusal of the whole operation among the errors of its execution: then nothing ran. */
export function findRefusal(errors: unknown): Refusal | undefined {
  if (!Array.isArray(errors)) return undefined
  for (const error of errors) {
    const { extensions } = error as { readonly extensions?: unknown }
    const refusal =
      typeof extensions === 'object' && extensions !== null ? OPERATIONS.get(extensions) : undefined
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function authErrorOf(
  { code, maxAge, message, cause }: Denial & Partial<Pick<Refusal, 'message' | 'cause'>>,
  coordinate?: string,
): AuthError {
  return new AuthError(code, {
    details: {
      ...(coordinate === undefined ? {} : { coordinate }),
      ...(maxAge === null ? {} : { maxAge }),
    },
    ...(message === undefined ? {} : { message }),
    ...(cause === undefined ? {} : { cause }),
  })
}
