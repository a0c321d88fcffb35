import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql'
import { refusalError } from './refusal.js'
import { StreamEnd, untilEnded } from './until-ended.js'
import type { WatchedBearer } from './watch-bearers.js'

type Resolver = GraphQLFieldResolver<unknown, unknown>

/** A `subscribe` whose stream lasts as long as its bearer would be let in. */
export function lasting(
  subscribe: Resolver,
  watch: (context: unknown, info: GraphQLResolveInfo) => WatchedBearer | null,
): Resolver {
  return (source, args, context, info) => {
    const bearer = watch(context, info)
    const open = () => subscribe(source, args, context, info)
    return bearer === null ? open() : openFor(bearer, open)
  }
}

async function openFor(bearer: WatchedBearer, open: () => unknown): Promise<unknown> {
  try {
    const events = await open()
    if (isAsyncIterable(events)) return untilEnded(events, bearer, (code) => new StreamEnd(code))
    bearer.release()
    return events
  } catch (error) {
    bearer.release()
    throw error
  }
}

/** Resolves the events of such a stream: the last says why it was that. */
export function sayingWhy(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    if (source instanceof StreamEnd) {
      throw refusalError({ code: source.code, maxAge: null, mentions: [] }, 'operation')
    }
    return resolve(source, args, context, info)
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
