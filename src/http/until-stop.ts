import type { ExecutionResult } from 'graphql'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import { untilEnded } from '../guard/until-ended.js'

/**
 * The events of a subscription until the server stops. Then the last event has the error `UNAVAILABLE` with action `retry`,
 * by which the client subscribes again. A WebSocket needs none: its close code 1001 says the same.
 */
export function untilStop(
  events: AsyncIterable<ExecutionResult>,
  stopping: AbortSignal,
): AsyncIterableIterator<ExecutionResult, void> {
  const bearer = { ended: stopping, look() {}, release() {} }
  return untilEnded(events, bearer, () => {
    const error = new AuthError('UNAVAILABLE', { message: 'The server is stopping; subscribe again.' })
    return { errors: [toGraphQLError(error)] }
  })
}
