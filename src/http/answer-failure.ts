import type { Logger } from '../base/logger.js'
import { answerError, answerRefusal, HttpRefusal, type PlainAnswer } from './http-refusal.js'
import type { CountAttempts } from './one-credential.js'
import { asError, conceal } from './public-error.js'
import type { RewordError } from './reword-errors.js'

interface Failure {
  /** Of whom to count attempts that were refused. */
  readonly source: object
  readonly isAborted: boolean
  readonly countAttempts: CountAttempts
  readonly logger: Logger
  readonly reword: RewordError
}

/**
 * Answers what a request failed by. What is neither refused on purpose nor given up by the client is our mistake, or a
 * host's. Never rejects.
 */
export async function answerFailure(error: unknown, failure: Failure): Promise<PlainAnswer> {
  const { isAborted, logger, reword } = failure
  if (error instanceof HttpRefusal) return answerCounted(error, failure)
  if (isAborted) return answerRefusal(new HttpRefusal(400, 'The request was given up.'), reword)
  return answerError(conceal(asError(error), logger), reword)
}

async function answerCounted(refusal: HttpRefusal, failure: Failure): Promise<PlainAnswer> {
  const { source, countAttempts, logger, reword } = failure
  try {
    if (refusal.attempts > 0) await countAttempts(source, refusal.attempts)
    return answerRefusal(refusal, reword)
  } catch (error) {
    return answerError(conceal(asError(error), logger), reword)
  }
}
