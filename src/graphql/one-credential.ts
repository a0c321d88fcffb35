import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLResolveInfo } from 'graphql'
import { countCredentials, tooManyCredentials } from '../limits/count-credentials.js'
import type { ServerContext, Services } from './services.js'

/**
 * Wraps a mutation, for the schema on a server that is not ours (ours refuses before anything runs): where its operation
 * has more than one that takes a credential, by whatever names and fragments, none of the operation's runs, and all of
 * them count as attempts of the source.
 */
export function createOneCredential({ attempts }: Pick<Services, 'attempts'>) {
  // By what is new for each execution, so that every field of it is refused and the whole counts once.
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
