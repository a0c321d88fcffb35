import { GraphQLError } from 'graphql'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { Denial, Refusal } from './decide.js'

/** What was thrown to refuse a whole operation, so that an adapter can answer it as such. */
const OPERATIONS = new WeakMap<Error, Refusal>()

/** What an adapter answers where nothing ran: one error for each coordinate, all with the same code, status and headers. */
export function refusalErrors(refusal: Refusal): GraphQLError[] {
  if (refusal.mentions.length === 0) return [toGraphQLError(authErrorOf(refusal), { http: true })]
  return refusal.mentions.map(({ coordinate, node }) =>
    toGraphQLError(authErrorOf(refusal, coordinate), { nodes: [node], http: true }),
  )
}

/** What a resolver throws. Without status: other fields of the answer may have data. */
export function refusalError(refusal: Refusal, scope: 'operation' | 'field'): GraphQLError {
  const error = toGraphQLError(authErrorOf(refusal, refusal.mentions[0]?.coordinate))
  if (scope === 'operation') OPERATIONS.set(error, refusal)
  return error
}

/** What a field is null for; where, its path says. */
export function nullError(denial: Denial): GraphQLError {
  return toGraphQLError(authErrorOf(denial))
}

/** The refusal of the whole operation among the errors of its execution: then nothing ran. */
export function findRefusal(errors: readonly unknown[]): Refusal | undefined {
  for (const error of errors) {
    if (!(error instanceof GraphQLError)) continue
    const refusal = OPERATIONS.get(error) ?? OPERATIONS.get(error.originalError ?? error)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function authErrorOf(
  { code, maxAge, cause }: Denial & { readonly cause?: unknown },
  coordinate?: string,
): AuthError {
  return new AuthError(code, {
    details: {
      ...(coordinate === undefined ? {} : { coordinate }),
      ...(maxAge === null ? {} : { maxAge }),
    },
    ...(cause === undefined ? {} : { cause }),
  })
}
