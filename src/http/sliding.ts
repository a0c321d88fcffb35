import type { ExecutionArgs } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Logger } from '../base/logger.js'
import type { ServerContext } from '../graphql/services.js'
import type { Finish } from '../sessions/issued.js'
import type { Sliding } from '../sessions/slide.js'
import { findAnswerHeaders } from './answer-headers.js'

/** The header of an answer that has the successor of the request's access token; for one in a cookie, a cookie has it. */
export const SUCCESSOR_HEADER = 'X-Access-Token'

/**
 * Answers an operation with the successor of the token that asked for it, where that is due. What is refused
 * before it is executed extends nothing. The answer does not depend on it: what fails is logged, and the next request tries again.
 */
export function useSliding(sliding: Sliding, logger: Logger): Plugin {
  function find({ contextValue }: ExecutionArgs): ServerContext | null {
    const context = contextValue as ServerContext
    return context.claims !== null && sliding.isDue(context.claims) ? context : null
  }

  async function extend(context: ServerContext): Promise<void> {
    const { identity, claims } = context
    if (identity.kind !== 'active' || claims === null || context.answersTokens === true) return
    const give = identity.location === 'cookie' ? giveByCookie(context) : giveInHeader(context)
    if (give === null) return
    try {
      const bearer = { subject: identity.subject, client: context.client() }
      const handOut = await sliding.slide(claims, bearer, give)
      handOut?.()
    } catch (err) {
      logger.warn({ err }, 'a token was not extended')
    }
  }

  return {
    onExecute({ args }) {
      const context = find(args as ExecutionArgs)
      return context === null ? undefined : { onExecuteDone: () => extend(context) }
    },
    onSubscribe({ args }) {
      const context = find(args as ExecutionArgs)
      return context === null ? undefined : extend(context)
    },
  }
}

type Give = Finish<() => void>

/** Null where a host's own server has no place for it, and then there is no successor. */
function giveInHeader(context: ServerContext): Give | null {
  const headers = findAnswerHeaders(context)
  return (
    headers &&
    (({ access }) =>
      () =>
        headers.set(SUCCESSOR_HEADER, access.token))
  )
}

function giveByCookie(context: ServerContext): Give | null {
  const cookies = context.cookies()
  return cookies && ((issued) => cookies.prepare(issued))
}
