import { GraphQLError } from 'graphql'
import type { AuthContext } from '../context/index.js'
import { reasonOf } from './public-error.js'

/**
 * Why the token was refused that an answer's first error is about, in the words of its verification, which name no value
 * of the token: for the log. The caller is told the code alone.
 */
export function findReason(errors: readonly unknown[] | undefined, context: object): string | undefined {
  const [first] = errors ?? []
  if (!(first instanceof GraphQLError)) return undefined
  const { identity } = context as Partial<AuthContext>
  // What a host's function threw (`CLAIMS_REJECTED`) is in the log already, as an error.
  if (identity?.kind !== 'invalid' || identity.code === 'CLAIMS_REJECTED') return reasonOf(first)
  return reasonOf(first) ?? (first.extensions.code === identity.code ? identity.reason : undefined)
}
