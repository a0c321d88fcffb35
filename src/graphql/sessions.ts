import { MAX_LISTED } from '../sessions/limits.js'
import type { SessionChange } from '../sessions/watch-sessions.js'
import type { SessionRecord } from '../store/contract.js'
import { readId } from './read-id.js'
import { type Resolver, requireActor, type ServerContext, type Services } from './services.js'

/** The bearer's sessions, and how to end them. */
export function sessionResolvers({ store, sessionRevocation, sessionWatch }: Services) {
  const sessions: Resolver = async (_parent, _args, context) => {
    const { userId } = requireActor(context)
    return store.listLiveSessions({ userId, now: await store.now(), limit: MAX_LISTED })
  }

  const revokeSession: Resolver<{ id: string }> = (_parent, { id }, context) =>
    sessionRevocation.revokeSession(requireActor(context), readId(id))

  const revokeOtherSessions: Resolver = (_parent, _args, context) =>
    sessionRevocation.revokeOthers(requireActor(context))

  const revokeAllSessions: Resolver = (_parent, _args, context) =>
    sessionRevocation.revokeAll(requireActor(context))

  const follow: Resolver = (_parent, _args, context) => sessionWatch.follow(requireActor(context).userId)

  const sessionEvents = {
    subscribe: follow,
    resolve: ([{ kind, session }]: [SessionChange]) => ({ type: kind.toUpperCase(), session }),
  }

  const Session = {
    expiresAt: (session: SessionRecord) => session.refreshExpiresAt,
    current: (session: SessionRecord & { current?: boolean }, _args: unknown, context: ServerContext) =>
      session.current ?? isOfSession(context, session.id),
  }

  return {
    Query: { sessions },
    Mutation: { revokeSession, revokeOtherSessions, revokeAllSessions },
    Subscription: { sessionEvents },
    Session,
  }
}

function isOfSession({ identity }: ServerContext, id: string): boolean {
  return identity.kind === 'active' && identity.sessionId === id
}
