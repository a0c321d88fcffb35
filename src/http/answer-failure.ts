import { answerError, answerRefusal, HttpRefusal, type PlainAnswer } from './http-refusal.js'
import type { CountAttempts } from './one-credential.js'
import { asError, conceal, failureOf } from './public-error.js'
import type { RewordError } from './reword-errors.js'

interface Failure {
  /** Of whom to count attempts that were refused. */
  readonly source: object
  readonly isAborted: boolean
  readonly countAttempts: CountAttempts
  readonly reword: RewordError
}

/**
 * Answers what a request failed by. What is neither refused on purpose nor given up by the client is our mistake, or a
 * host's. Never rejects.
 */
export async function answerFailure(error: unknown, failure: Failure): Promise<PlainAnswer> {
  const { isAborted, reword } = failure
  if (error instanceof HttpRefusal) return answerCounted(error, failure)
  if (isAborted) return answerRefusal(new HttpRefusal(400, 'The request was given up.'), reword)
  return answerConcealed(error, reword)
}

async function answerCounted(refusal: HttpRefusal, failure: Failure): Promise<PlainAnswer> {
  const { source, countAttempts, reword } = failure
  try {
    if (refusal.attempts > 0) await countAttempts(source, refusal.attempts)
    return answerRefusal(refusal, reword)
  } catch (error) {
    return answerConcealed(error, reword)
  }
}

/** What the client gets for an error of ours; the request's line in the log says the rest. */
export function answerConcealed(error: unknown, reword: RewordError): PlainAnswer {
  const concealed = conceal(asError(error))
  const answer = answerError(concealed, reword)
  const failure = failureOf(concealed)
  if (failure === undefined) return answer
  return { ...answer, error: { code: failure.code, ...answer.error, failures: [failure] } }
}
