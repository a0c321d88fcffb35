import { GraphQLError } from 'graphql'
import type { AuthContext } from '../context/index.js'

/** A public error which says to whoever sent a token, and is taken for nobody, why it was not found. */
export function withHint(error: GraphQLError, context: Partial<AuthContext>): GraphQLError {
  const { identity } = context
  const hint = identity?.kind === 'anonymous' ? identity.hint : undefined
  if (hint === undefined || error.extensions.code !== 'UNAUTHENTICATED') return error
  const { nodes, source, positions, path, extensions } = error
  const message = `You must be logged in: ${hint}.`
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
