import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLResolveInfo } from 'graphql'
import { countCredentials, tooManyCredentials } from '../limits/count-credentials.js'
import type { ServerContext, Services } from './services.js'

/**
 * Wraps a mutation, for the schema on another server (ours refuses before execution). When its operation has more than
 * one field that takes a credential, by any name and in any fragment, all of them are refused, and count as attempts of
 * the source.
 */
export function createOneCredential({ attempts }: Pick<Services, 'attempts'>) {
  // Keyed by `variableValues`, new per execution: all fields are refused, attempts counted once.
  const counted = new WeakSet<object>()

  async function refuse(count: number, context: ServerContext, { variableValues }: GraphQLResolveInfo) {
    if (!counted.has(variableValues)) {
      counted.add(variableValues)
      await attempts.count(context.client().ip, count)
    }
    throw tooManyCredentials(count)
  }

  return (
    resolve: GraphQLFieldResolver<unknown, ServerContext> = defaultFieldResolver,
  ): GraphQLFieldResolver<unknown, ServerContext> =>
    (parent, args, context, info) => {
      const count = countCredentials(info.operation, (name) => info.fragments[name])
      return count > 1 ? refuse(count, context, info) : resolve(parent, args, context, info)
    }
}
