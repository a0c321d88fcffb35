import type { GraphQLError } from 'graphql'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { Denial, Refusal } from './decide.js'

/** What an adapter answers where nothing ran: one error for each coordinate, all with the same code, status and headers. */
export function refusalErrors(refusal: Refusal): GraphQLError[] {
  if (refusal.mentions.length === 0) return [toGraphQLError(authErrorOf(refusal), { http: true })]
  return refusal.mentions.map(({ coordinate, node }) =>
    toGraphQLError(authErrorOf(refusal, coordinate), { nodes: [node], http: true }),
  )
}

/** What a resolver throws. Without status: other fields of the answer may have data. */
export function refusalError(refusal: Refusal): GraphQLError {
  return toGraphQLError(authErrorOf(refusal, refusal.mentions[0]?.coordinate))
}

function authErrorOf({ code, maxAge, cause }: Denial & { cause?: unknown }, coordinate?: string): AuthError {
  return new AuthError(code, {
    details: {
      ...(coordinate === undefined ? {} : { coordinate }),
      ...(maxAge === null ? {} : { maxAge }),
    },
    ...(cause === undefined ? {} : { cause }),
  })
}
