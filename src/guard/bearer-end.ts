import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { ErrorCode } from '../base/errors.js'
import { JUDGE_ANEW, type JudgeAnew } from '../base/judge-anew.js'
import type { TakenViewer } from './viewer.js'

/**
 * A context may be older than the operation: Mercurius makes one for a socket, and a host may keep its own. So each
 * operation judges the token at its own time.
 */
interface Context {
  readonly [JUDGE_ANEW]?: JudgeAnew
}

/**
 * Returns the code by which an active caller's token is over by now; null when it is not. By time and revocations where
 * `createAuthContext` made the context, otherwise by the claim `exp`, to the second.
 */
export function findEnd(context: unknown, { claims }: TakenViewer, nowSeconds: number): ErrorCode | null {
  const judgeAnew = judgeAnewOf(context)
  if (judgeAnew === undefined) return isPast(claims.exp, nowSeconds) ? 'TOKEN_EXPIRED' : null
  const found = judgeAnew('now')
  // What has to be waited for is judged when the operation begins.
  return isPromise(found) ? null : found
}

/**
 * As an operation begins, by the host's own checks too, when the context served an operation before. Returns a promise only
 * then, and only where those checks are asynchronous. Never rejects.
 */
export function findEndAtStart(context: unknown): Awaitable<ErrorCode | null> {
  try {
    const found = judgeAnewOf(context)?.('operation') ?? null
    return isPromise(found) ? found.catch(() => 'UNAVAILABLE' as const) : found
  } catch {
    return 'UNAVAILABLE'
  }
}

function judgeAnewOf(context: unknown): JudgeAnew | undefined {
  return typeof context === 'object' && context !== null ? (context as Context)[JUDGE_ANEW] : undefined
}

function isPast(exp: unknown, nowSeconds: number): boolean {
  return typeof exp === 'number' && nowSeconds >= exp
}
