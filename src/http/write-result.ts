import type { ExecutionResult } from 'graphql'
import type { HttpAnswer } from '../base/graphql-error.js'
import type { AnswerForm } from './accept.js'
import { finishErrors, withoutHttp } from './finish-result.js'
import { type AnswerError, type PlainAnswer, summarise } from './http-refusal.js'
import type { ToPublicError } from './public-error.js'

/** A result as it is shown, and what goes with it. */
export interface FinishedResult {
  readonly result: ExecutionResult
  /** 200 with data, whatever errors stand beside it, else what its first error says. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly error?: AnswerError | undefined
}

export function finishResult(result: ExecutionResult, toPublicError: ToPublicError): FinishedResult {
  if (result.errors === undefined || result.errors.length === 0) return { result, status: 200, headers: {} }
  const errors = finishErrors({ data: result.data, errors: result.errors }, toPublicError)
  const http = errors[0]?.extensions.http as HttpAnswer | undefined
  return {
    result: { ...result, errors: errors.map(withoutHttp) },
    status: http?.status ?? 200,
    headers: { ...http?.headers },
    error: summarise(errors),
  }
}

/** An answer that is one result. */
export function writeResult(
  finished: FinishedResult,
  mediaType: NonNullable<AnswerForm['mediaType']>,
): PlainAnswer {
  const { result, status, headers, error } = finished
  return {
    status,
    headers: { 'content-type': `${mediaType}; charset=utf-8`, ...headers },
    body: JSON.stringify(result),
    error,
  }
}
