import { type Awaitable, isPromise } from '../base/awaitable.js'
import {
  type AuthContext,
  type ContextDependencies,
  createContextBuilder,
  type RequestSource,
} from '../context/index.js'
import type { ServerContext, TokenCookies } from '../graphql/services.js'
import type { SessionRecord, Store } from '../store/contract.js'
import type { ClientOf } from './client.js'

/** What the server's resolvers find in their context, made of a request. */
export function createServerContext(
  parts: Omit<ContextDependencies<unknown, SessionRecord>, 'loadSession'> & {
    readonly store: Pick<Store, 'findSession'>
    readonly findCookies: (source: RequestSource) => TokenCookies | null
    readonly clientOf: ClientOf
  },
): (source: RequestSource) => Awaitable<ServerContext> {
  const { store, findCookies, clientOf } = parts
  const build = createContextBuilder<unknown, SessionRecord>({
    ...parts,
    async loadSession({ sessionId, subject }) {
      const session = sessionId === null ? null : await store.findSession(sessionId)
      return session?.userId === subject ? session : null
    },
  })

  function complete(built: AuthContext<unknown, SessionRecord>, source: RequestSource): ServerContext {
    return Object.assign(built, { client: () => clientOf(source), cookies: () => findCookies(source) })
  }

  // Not `async`: a promise on the request's way costs more than all that happens here.
  return (source) => {
    const built = build(source)
    return isPromise(built) ? built.then((late) => complete(late, source)) : complete(built, source)
  }
}
