import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql'
import type { ErrorCode } from '../base/errors.js'
import { refusalError } from './refusal.js'
import { StreamEnd, untilEnded } from './until-ended.js'
import { codeOf, type WatchedBearer } from './watch-bearers.js'

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
    // Policies take time: whoever would be refused by now has no source begin.
    bearer.look()
    if (bearer.ended.aborted) throw endError(codeOf(bearer.ended))
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
    if (source instanceof StreamEnd) throw endError(source.code)
    return resolve(source, args, context, info)
  }
}

function endError(code: ErrorCode): Error {
  return refusalError({ code, maxAge: null, mentions: [] }, 'operation')
}

/** As graphql has it: a function may be one. */
function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === 'function'
}
