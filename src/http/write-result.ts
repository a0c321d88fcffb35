import type { ExecutionResult } from 'graphql'
import type { HttpAnswer } from '../base/graphql-error.js'
import type { AnswerForm } from './accept.js'
import { finishErrors, withoutHttp } from './finish-result.js'
import { type PlainAnswer, summarise } from './http-refusal.js'
import type { ToPublicError } from './public-error.js'

/** An answer that is one result: 200 with data, whatever errors stand beside it, else what its first error says. */
export function writeResult(
  result: ExecutionResult,
  mediaType: NonNullable<AnswerForm['mediaType']>,
  toPublicError: ToPublicError,
): PlainAnswer {
  const headers = { 'content-type': `${mediaType}; charset=utf-8` }
  if (result.errors === undefined || result.errors.length === 0) {
    return { status: 200, headers, body: JSON.stringify(result) }
  }
  const errors = finishErrors({ data: result.data, errors: result.errors }, toPublicError)
  const http = errors[0]?.extensions.http as HttpAnswer | undefined
  return {
    status: http?.status ?? 200,
    headers: { ...headers, ...http?.headers },
    body: JSON.stringify({ ...result, errors: errors.map(withoutHttp) }),
    error: summarise(errors),
  }
}
