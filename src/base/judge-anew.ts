import type { Awaitable } from './awaitable.js'
import type { ErrorCode } from './errors.js'

/**
 * The key of the function by which a context checks its token again, as a new request would. For streams and sockets. A
 * registered symbol, so that two copies of this package share it.
 */
export const JUDGE_ANEW: unique symbol = Symbol.for('sallyport.judgeAnew') as never

/**
 * How much is checked. `now`: time and revocations, synchronously. `wholly`: also the keys and the host's own checks,
 * which may be asynchronous. `operation`: at the start of an operation, after `now`: nothing more for the first
 * operation of a context, whose token was just checked, and `wholly` for each later one.
 */
export type JudgeDepth = 'now' | 'wholly' | 'operation'

/**
 * Returns the code that a request with the token would be refused with. Null when it would be accepted. Never throws or
 * rejects.
 */
export type JudgeAnew = (depth: JudgeDepth) => Awaitable<ErrorCode | null>
