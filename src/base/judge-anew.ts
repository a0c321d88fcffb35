import type { Awaitable } from './awaitable.js'
import type { ErrorCode } from './errors.js'

/**
 * Under this a context judges its token anew, as the next request with it would be: for what goes on for longer than a
 * request. Found by its name, so that it is one in two copies of this package.
 */
export const JUDGE_ANEW: unique symbol = Symbol.for('sallyport.judgeAnew') as never

/**
 * The code that a request with the token would be refused with; null: it would be let in. By time and revocations; wholly,
 * by its keys and the host's own checks too, which may ask others. Neither throws nor rejects.
 */
export type JudgeAnew = (wholly: boolean) => Awaitable<ErrorCode | null>
