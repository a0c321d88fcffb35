import type { Awaitable } from './awaitable.js'
import type { ErrorCode } from './errors.js'

/**
 * Under this a context judges its token anew, as the next request with it would be: for what goes on for longer than a
 * request. Found by its name, so that it is one in two copies of this package.
 */
export const JUDGE_ANEW: unique symbol = Symbol.for('sallyport.judgeAnew') as never

/**
 * How much is judged. `now`: by time and revocations, at once. `wholly`: by its keys and the host's own checks too, which may
 * ask others. `operation`: an operation begins, whose viewer was taken `now`; nothing more for the first one, for which the
 * token was judged wholly, and `wholly` for each later one on the same context.
 */
export type JudgeDepth = 'now' | 'wholly' | 'operation'

/** Returns the code that a request with the token would be refused with; null when it would be let in. Neither throws nor rejects. */
export type JudgeAnew = (depth: JudgeDepth) => Awaitable<ErrorCode | null>
