import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { AuthError } from '../base/errors.js'
import type { ServerContext, Services } from './services.js'

const CREDENTIAL_FIELDS = new Set(['signup', 'login', 'refresh', 'reauthenticate', 'changePassword'])

/**
 * Wraps a mutation: where its operation has more than one that takes a credential, by whatever names and fragments, none
 * of the operation's runs, and all of them count as attempts of the source.
 */
export function createOneCredential({ attempts }: Pick<Services, 'attempts'>) {
  // By what is new for each execution, so that every field of it is refused and the whole counts once.
  const counted = new WeakSet<object>()

  async function refuse(count: number, context: ServerContext, { variableValues }: GraphQLResolveInfo) {
    if (!counted.has(variableValues)) {
      counted.add(variableValues)
      await attempts.count(context.client().ip, count)
    }
    const message = `An operation may have one of ${[...CREDENTIAL_FIELDS].join(', ')}, not ${count}.`
    throw new AuthError('INVALID_REQUEST', { message })
  }

  return (
    resolve: GraphQLFieldResolver<unknown, ServerContext> = defaultFieldResolver,
  ): GraphQLFieldResolver<unknown, ServerContext> =>
    (parent, args, context, info) => {
      const count = countCredentials(info)
      return count > 1 ? refuse(count, context, info) : resolve(parent, args, context, info)
    }
}

/** By the names that they are answered under; `@skip` and `@include` make no difference. */
function countCredentials({ operation, fragments }: GraphQLResolveInfo): number {
  const names = new Set<string>()
  const spread = new Set<string>()
  const take = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) take(selection.selectionSet)
      else if (selection.kind === Kind.FIELD) {
        if (CREDENTIAL_FIELDS.has(selection.name.value)) names.add((selection.alias ?? selection.name).value)
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = fragments[selection.name.value]
        if (fragment !== undefined) take(fragment.selectionSet)
      }
    }
  }
  take(operation.selectionSet)
  return names.size
}
